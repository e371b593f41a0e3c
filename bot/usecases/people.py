"""Who is asking, and may they?"""

from dataclasses import dataclass

from bot.domain.access import may_see, require
from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.domain.intent import Intent
from bot.domain.person import Person, Role
from bot.errors import NotFound
from bot.ports import Directory, Memory
from bot.usecases.turn import Turn


@dataclass(frozen=True, slots=True)
class People:
    """Access checks against the directory as it is just now (P6)."""

    config: Config
    directory: Directory
    memory: Memory

    async def check(self, intent: Intent, *roles: Role) -> Person:
        """Return who asks, when they hold one of `roles`.

        Raises:
            Denied: they do not, or they never may (guest, stranger, bot, deactivated).
            Unavailable: Slack cannot be asked who they are; nobody may then.
        """
        return await self.allowed(intent.user, intent.team, *roles)

    async def allowed(self, user: str, team: str, *roles: Role) -> Person:
        """Return `user` when they hold one of `roles`; raises as `check`."""
        person = await self.directory.person(user, team)
        named = {
            group
            for role in roles
            if role in self.config.roles
            for group in self.config.roles[role].groups
        }
        groups = {group: await self.directory.group(group) for group in sorted(named)}
        require(person, roles, self.config.roles, groups)
        return person

    async def act(self, turn: Turn, *roles: Role) -> Person:
        """Check as above and note in the turn who acts; RESPONDER when no role is given."""
        turn.person = await self.check(turn.intent, *(roles or (Role.RESPONDER,)))
        return turn.person

    async def see(self, turn: Turn, incident: Incident) -> Incident:
        """Return the incident when the person may know of it (P8).

        Raises:
            NotFound: as if there were no such incident.
        """
        if not await self._is_there(turn.intent, incident) and not await self.may_see(
            turn.intent.user, incident, anew=True
        ):
            message = f"There is no incident {incident.id}."  # the words for one that never was
            raise NotFound(message)
        return incident

    async def may_see(self, user: str, incident: Incident, *, anew: bool = False) -> bool:
        """Whether `user` may know of the incident, by its channel's members just now.

        `anew`: before they are told no, Slack is asked again; they may just have been invited.
        """
        if not incident.private:
            return True
        channel = (await self.memory.refs(incident.id)).get("channel")
        if channel is None:  # not made yet: only those who will be in it
            return user in incident.invited
        known = may_see(incident, user, await self.directory.members(channel))
        if known or not anew:
            return known
        return may_see(incident, user, await self.directory.members(channel, anew=True))

    async def _is_there(self, intent: Intent, incident: Incident) -> bool:
        """Whether the request came from the incident's own channel, where only members can act.

        What Slack says of the members may be a minute old; who was just called in need not wait.
        """
        if intent.channel is None or "opened" in intent.payload:  # a form may stay open for hours
            return False
        return intent.channel == (await self.memory.refs(incident.id)).get("channel")

    async def visible(self, user: str, incidents: list[Incident]) -> list[Incident]:
        """Return those that `user` may know of, in the same order."""
        return [incident for incident in incidents if await self.may_see(user, incident)]

    async def name(self, user: str, team: str) -> str:
        """Return a person's name for files that leave Slack; who is known by name alone has it."""
        if " " in user:
            return user
        return (await self.directory.person(user, team)).name
