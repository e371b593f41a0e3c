"""The kill switch: while it is on, no run begins and none takes its next step."""

from datetime import datetime

from bot.domain.values import Value

SWITCH = "runs"


class KillSwitch(Value):
    """There is one, under the id `SWITCH`."""

    id: str = SWITCH
    on: bool = False
    by: str = ""
    at: datetime | None = None
    why: str = ""
    version: int = -1  # not stored yet
