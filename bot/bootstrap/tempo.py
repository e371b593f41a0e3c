"""How long until the work of a process that died is taken up by another."""

from dataclasses import dataclass
from datetime import timedelta

from bot.slack.deliverer import LEASE
from bot.slack.webapi import CALL_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Tempo:
    """`lease`: of a begun delivery; it must outlive a `call` of Slack by more than a second.

    `reoffer` and `redelivery` are bot.work.docket's.
    """

    lease: timedelta = LEASE
    call: timedelta = timedelta(seconds=CALL_TIMEOUT_S)
    reoffer: timedelta = timedelta(seconds=15)
    redelivery: timedelta = timedelta(seconds=30)


NORMAL = Tempo()
