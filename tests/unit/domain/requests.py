"""Plans, requests and runs that the tests of approvals share."""

from typing import Any

from bot.domain.approval import Approval, Voter
from bot.domain.person import Role
from bot.domain.plan import Call, Diff, Effect, Plan, PlannedStep, Risk
from bot.domain.policy import BUILT_IN
from bot.domain.run import Run, journal_of
from tests.unit.domain.values import NOON

ANN, BOB, EVE, LEA, DAN, SAM = "U0ANN", "U0BOB", "U0EVE", "U0LEA", "U0DAN", "U0SAM"
OPERATOR = frozenset({Role.OPERATOR})


def step(name: str = "restart", **said: Any) -> PlannedStep:
    given = {"title": name, "uses": "docker.restart", "params": {}, "risk": Risk.HIGH}
    given |= {"effect": Effect.PROBE, "timeout_s": 60.0, "targets": (f"docker/{name}",)}
    given |= {"calls": (Call(target=name, text=f"POST /{name}"),)}
    return PlannedStep(**{"id": name, **given, **said})


def read(name: str = "look", **said: Any) -> PlannedStep:
    given = {"risk": Risk.READ, "effect": Effect.IDEMPOTENT, "targets": (), "uses": "http.get"}
    return step(name, **{**given, **said})


def plan(*steps: PlannedStep, **said: Any) -> Plan:
    given = {"runbook": "restart", "runbook_digest": "a" * 64, "title": "Restart", "system": "shop"}
    given |= {"params": {"name": "api"}, "requester": ANN, "nonce": "n", "policy": "one-approver"}
    given |= {"policy_digest": "b" * 64, "risk": Risk.HIGH, "made_at": NOON}
    return Plan(**{**given, "steps": steps or (step(),), **said})


def request(policy: str = "one-approver", **said: Any) -> Approval:
    made = plan()
    known = BUILT_IN[policy].model_copy(update=said.pop("changes", {}))
    given = {"id": "f" * 32, "run": "RUN-0000000000", "plan": made, "digest": made.digest}
    given |= {"policy_name": policy, "policy": known, "requester": ANN, "asked_at": NOON}
    given |= {"expires_at": NOON + known.pending}
    return Approval(**{**given, **said})


def voter(user: str, *roles: Role, commander: bool = False) -> Voter:
    return Voter(id=user, roles=frozenset(roles), commander=commander)


def run(*steps: PlannedStep, **said: Any) -> Run:
    made = said.pop("plan", None) or plan(*steps)
    given = {"id": "RUN-0000000000", "plan": made, "requester": ANN, "team": "T1"}
    given |= {"channel": "C1", "created_at": NOON, "journal": journal_of(made)}
    return Run(**{**given, **said})


__all__ = ["Diff", "plan", "read", "request", "run", "step", "voter"]
