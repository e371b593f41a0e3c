"""Who is on call just now: PagerDuty where it is set up and answers, else signalbox.yml."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.config import Config
from bot.domain.oncall import Rota, shifts
from bot.domain.person import Role
from bot.errors import IntegrationError
from bot.ports import Directory, Pager

PATIENCE_S: Final = 2.0  # of a form that somebody waits for, and of an escalation
ONCALL: Final = "oncall"


@dataclass(frozen=True, slots=True)
class Duties:
    """Looks people up; changes nothing."""

    config: Config
    directory: Directory
    pager: Pager | None

    async def rota(self, system: str | None, now: datetime, *, ahead: bool = False) -> Rota:
        """Return who is on call for a system, and with `ahead` who comes next."""
        plan = tuple(shifts(one, now) for one in self.config.oncall.of(system))
        if self.pager is None:
            return Rota(shifts=plan)
        known = self.config.systems.get(system or "")
        service = known.pager_service if known else None
        try:
            async with asyncio.timeout(PATIENCE_S):
                duties = await self.pager.on_call(service)
                later = await self.pager.on_call(service, ahead=True) if ahead else ()
        except TimeoutError:
            return Rota(shifts=plan, silent="PagerDuty does not answer")
        except IntegrationError as error:
            return Rota(shifts=plan, silent=str(error))
        known_now = {(one.level, one.name) for one in duties}
        upcoming = tuple(one for one in later if (one.level, one.name) not in known_now)
        return Rota(now=duties, next=upcoming, shifts=plan)

    async def holders(
        self, titles: Sequence[str], system: str | None, now: datetime
    ) -> tuple[str, ...]:
        """Return the Slack users behind titles: on call, contacts, or a role of that name."""
        found: list[str] = []
        for title in titles:
            found += await self._behind(title, system, now)
        return tuple(dict.fromkeys(found))

    async def _behind(self, title: str, system: str | None, now: datetime) -> list[str]:
        if title == ONCALL:
            people = await self._on_call(system, now)
            if people:
                return people
        named = list(self.config.oncall.contacts.get(title, ()))
        if not named and title in set(Role):
            holders = self.config.roles.get(Role(title))
            named = [*holders.users, *holders.groups] if holders else []
        found: list[str] = []
        for one in named:
            found += sorted(await self.directory.group(one)) if one.startswith("S") else [one]
        return found

    async def _on_call(self, system: str | None, now: datetime) -> list[str]:
        rota = await self.rota(system, now)
        first = min((one.level for one in rota.now), default=1)
        emails = [one.email.lower() for one in rota.now if one.level == first]
        known = [user for one in emails if (user := self.config.oncall.slack_user(one))]
        return known or [now_on.user for now_on, _ in rota.shifts]
