"""Which incident is meant?"""

import re
from dataclasses import dataclass

from bot.domain.incident import Incident, incident_id
from bot.errors import NotFound
from bot.ports import Memory
from bot.usecases.people import People
from bot.usecases.turn import Turn

ID = re.compile(r"^INC-?0*(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Finds incidents, and only those the person may know of."""

    memory: Memory
    people: People

    async def by_id(self, turn: Turn, named: str) -> Incident:
        """Return the incident named `INC-00042`, `inc-42` or the like.

        Raises:
            NotFound: there is none, or the person may not know of it.
        """
        match = ID.match(named.strip())
        if match is None:
            message = f"No incident has the id {named}."
            raise NotFound(message)
        incident = await self.memory.incident(incident_id(int(match[1])))
        return await self.people.see(turn, incident)

    async def here(self, turn: Turn) -> Incident | None:
        """Return the incident of the channel the person is in; None elsewhere."""
        channel = turn.intent.channel
        found = await self.memory.incident_of_channel(channel) if channel else None
        if found is None:
            return None
        return await self.people.see(turn, await self.memory.incident(found))

    async def meant(self, turn: Turn, named: str | None = None) -> Incident:
        """Return the incident that is named, else the one of this channel.

        Raises:
            NotFound: none is named and this is not an incident channel; says which are open.
        """
        if named:
            return await self.by_id(turn, named)
        incident = await self.here(turn)
        if incident is not None:
            return incident
        mine = await self.open(turn.intent.user)
        known = ", ".join(one.id for one in mine[:5])
        where = f"Open now: {known}." if known else "No incident is open."
        message = (
            "This is not an incident channel. Use the command there, or put the id behind it, "
            f"such as `/incident status INC-42`. {where}"
        )
        raise NotFound(message)

    async def open(self, user: str) -> list[Incident]:
        """Return the open incidents that `user` may know of, worst first, then newest."""
        incidents = await self.memory.incidents(await self.memory.marked("open"))
        seen = await self.people.visible(user, [one for one in incidents if one.is_open])
        return sorted(seen, key=lambda one: (one.severity.rank, -one.number))
