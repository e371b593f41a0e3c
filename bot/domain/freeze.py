"""Freeze windows bind people, not only schedules: while one is on, its own approvers decide."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.config import Freeze
from bot.domain.policy import Policy
from bot.errors import Denied

EVERY_SYSTEM = "all"


def freeze_of(freezes: Iterable[Freeze], system: str, now: datetime) -> Freeze | None:
    """Return the freeze that is on for a system; of several the one that ends last."""
    on = [
        one
        for one in freezes
        if {system, EVERY_SYSTEM} & set(one.systems) and begins(one) <= now < ends(one)
    ]
    return max(on, key=ends, default=None)


def begins(freeze: Freeze) -> datetime:
    """Return the moment; of a local time that comes twice or never, the earlier reading."""
    return min(_readings(freeze.from_, freeze.zone))


def ends(freeze: Freeze) -> datetime:
    """Return the moment; of a local time that comes twice or never, the later reading."""
    return max(_readings(freeze.to, freeze.zone))


def policy_in(freeze: Freeze, own: Policy) -> Policy:
    """Return who decides in a freeze: its approvers, as many as the runbook's own policy asks for.

    The requester's word and the incident stay asked for. There is no going on alone, no smaller
    quorum and nobody to fall back on.

    Raises:
        Denied: the freeze names nobody who may approve.
    """
    if not freeze.approvers:
        message = (
            f"The freeze “{freeze.name}” is on until {ends(freeze):%Y-%m-%d %H:%M} UTC, and "
            "signalbox.yml names nobody who may approve a change in it (`freeze: approvers`)."
        )
        raise Denied(message)
    return own.model_copy(
        update={
            "approve": max(own.approve, 1),
            "from_": freeze.approvers,
            "one_of": (),
            "each_of": (),
            "commander_counts": False,
            "relaxed": {},
            "alone_after": None,
            "fallback": (),
        }
    )


def _readings(local: datetime, zone: str) -> tuple[datetime, datetime]:
    at = local.replace(tzinfo=ZoneInfo(zone))
    utc = ZoneInfo("UTC")
    return at.replace(fold=0).astimezone(utc), at.replace(fold=1).astimezone(utc)
