"""What a risk demands of a policy, and whether one policy asks for less than another."""

from collections.abc import Iterator, Mapping

from bot.domain.plan import Risk
from bot.domain.policy import Policy
from bot.domain.severity import Severity

USUAL: Mapping[Risk, str] = {
    Risk.READ: "none",
    Risk.LOW: "confirm",
    Risk.HIGH: "one-approver",
    Risk.DESTRUCTIVE: "two-approvers-typed",
}
"""The policy to name when nothing else speaks for another (inventory, "Risk classes")."""

FLOOR: Mapping[Risk, Policy] = {
    Risk.READ: Policy(approve=0, from_=()),
    Risk.LOW: Policy(approve=0, from_=(), confirm=True),
    Risk.HIGH: Policy(approve=1),
    Risk.DESTRUCTIVE: Policy(approve=2),
}

UNTYPED = frozenset({"cortex-weekly-maintenance", "pipeline-kafka-partitions",
                     "pipeline-redis-maintenance"})  # fmt: skip
"""Destructive procedures for which the inventory asks two approvers and no typed word."""


def shortfall(policy: Policy, floor: Policy) -> str | None:
    """Return what `policy` lacks of `floor`, or None when it asks for at least as much."""
    return next(_lacks(policy, floor), None)


def _lacks(policy: Policy, floor: Policy) -> Iterator[str]:
    if floor.confirm and not (policy.confirm or policy.approve):
        yield "nobody has to confirm it"
    for severity in (None, *Severity):
        has, least = policy.quorum(severity), floor.quorum(severity)
        if has < least:
            when = f" at {severity.value}" if severity else ""
            yield f"it asks for {has} approvals{when}, not {least}"
    if floor.typed and not policy.typed:
        yield "nobody has to type what is touched"
    if set(floor.each_of) - set(policy.each_of):
        yield f"it does not ask for {' and '.join(floor.each_of)}"
    if floor.incident and policy.incident != floor.incident:
        yield f"it needs no {floor.incident} incident"
    if floor.one_of and not policy.each_of and not _one_of(policy, floor):
        yield f"it does not ask for one {' or '.join(role.value for role in floor.one_of)}"


def short_of_risk(policy: Policy, risk: Risk) -> str | None:
    """Return what `policy` lacks for something of this risk, or None."""
    return shortfall(policy, FLOOR[risk])


def short_of_runbook(policy: Policy, own: Policy) -> str | None:
    """Return what `policy` lacks of the runbook's own, or None; a way to go on alone counts."""
    lacks = shortfall(policy, own)
    if lacks is None and policy.alone_after is not None and own.alone_after is None:
        return "the commander could go on alone"
    return lacks


def destroys_safely(policy: Policy, covers: tuple[str, ...]) -> bool:
    """Whether a destructive runbook may have this policy."""
    if short_of_risk(policy, Risk.DESTRUCTIVE):
        return False
    excepted = bool(covers) and set(covers) <= UNTYPED
    return policy.typed or bool(policy.each_of) or excepted


def _one_of(policy: Policy, floor: Policy) -> bool:
    return bool(policy.one_of) and set(policy.one_of) <= set(floor.one_of)
