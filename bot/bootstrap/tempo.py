"""How long until the work of a process that died is taken up by another."""

from dataclasses import dataclass
from datetime import timedelta

from bot.slack.deliverer import LEASE


@dataclass(frozen=True, slots=True)
class Tempo:
    """`lease`: of a begun delivery, which must outlive a call. The others are Docket's and ours."""

    lease: timedelta = LEASE
    reoffer: timedelta = timedelta(seconds=15)
    redelivery: timedelta = timedelta(seconds=30)


NORMAL = Tempo()
