"""A plan: exactly what would be done, and the digest that an approval seals."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.values import Value


class Risk(StrEnum):
    """What something can do to the system it touches (inventory, "Risk classes")."""

    READ = "read-only"
    LOW = "low"
    HIGH = "high"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for reading, 3 for destroying."""
        return list(Risk).index(self)


class Effect(StrEnum):
    """What may be done when it is not known whether something happened (P4)."""

    IDEMPOTENT = "idempotent"  # doing it again does no harm
    PROBE = "probe"  # look first
    MANUAL = "manual"  # ask a person


class Call(Value):
    """One exact call to the outside, as it is shown, sealed and made.

    `text` says the whole of it on one line ("POST /containers/mcp-cortex-ai-1/restart?t=10").
    """

    target: str
    text: str


class Diff(Value):
    """current -> new of one thing."""

    subject: str
    current: str
    new: str


class PlannedStep(Value):
    """One step, resolved. `skipped` says why it will not run; reads carry what they found."""

    id: str
    title: str
    uses: str
    params: dict[str, Any]
    risk: Risk
    effect: Effect
    timeout_s: float
    targets: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    diffs: tuple[Diff, ...] = ()
    captured: dict[str, Any] = {}
    skipped: str | None = None
    deferred: bool = False  # depends on what an earlier changing step will find; planned then

    @property
    def changes(self) -> bool:
        """Whether it touches anything."""
        return self.risk is not Risk.READ and self.skipped is None


class Plan(Value):
    """Everything a person approves. `evidence` (what reads found) is shown but not sealed."""

    runbook: str
    runbook_digest: str
    title: str
    system: str
    params: dict[str, Any]
    requester: str
    nonce: str
    policy: str
    policy_digest: str
    risk: Risk
    steps: tuple[PlannedStep, ...]
    verify: tuple[PlannedStep, ...] = ()
    made_at: datetime
    evidence: dict[str, str] = {}

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything that is touched, each once, sorted: the locks, in the order they are taken."""
        return tuple(sorted({target for step in self.steps for target in step.targets}))

    @property
    def changes(self) -> bool:
        """Whether anything is touched."""
        return any(step.changes for step in self.steps)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all that is approved: not when it was made nor what reads showed."""
        return _digest(self.model_dump(mode="json", exclude={"made_at", "evidence"}))

    def differences(self, newer: "Plan") -> tuple[Diff, ...]:
        """Return what moved between this plan and a newer one of the same request."""
        before, after = _facts(self), _facts(newer)
        return tuple(
            Diff(subject=name, current=before.get(name, "absent"), new=after.get(name, "absent"))
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        )


def _facts(plan: Plan) -> dict[str, str]:
    facts = {
        "runbook": plan.runbook_digest,
        "policy": f"{plan.policy} {plan.policy_digest}",
        "risk": plan.risk.value,
        **{f"parameter {name}": json.dumps(value) for name, value in plan.params.items()},
    }
    for step in (*plan.steps, *plan.verify):
        facts[f"{step.id}: runs"] = step.skipped or "yes"
        for number, call in enumerate(step.calls, 1):
            facts[f"{step.id}: call {number}"] = call.text
        for diff in step.diffs:
            facts[f"{step.id}: {diff.subject}"] = f"{diff.current} → {diff.new}"
        facts[f"{step.id}: captured"] = _digest(step.captured)[:12]
    return facts


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
