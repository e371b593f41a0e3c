"""Who may decide a request, by their roles just now (P6: an unreachable directory lets nobody)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.domain.access import barred, held_roles
from bot.domain.approval import Approval, Voter
from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole
from bot.domain.person import Role
from bot.domain.policy import COMMANDER, matched
from bot.errors import Denied
from bot.ports import Directory, Memory


@dataclass(frozen=True, slots=True)
class Voters:
    """Asks the directory; nothing is remembered."""

    config: Config
    directory: Directory
    memory: Memory

    async def voter(self, user: str, team: str, incident: str | None) -> Voter:
        """Return somebody as they are now.

        Raises:
            Denied: guests, strangers, bots and deactivated people never may.
            Unavailable: Slack cannot be asked who they are.
        """
        person = await self.directory.person(user, team)
        stranger = barred(person)
        if stranger:
            raise Denied(stranger)
        groups = await self._groups(Role)
        roles = held_roles(person, self.config.roles, groups)
        return Voter(id=user, roles=roles, commander=await self.commands(user, incident))

    async def commands(self, user: str, incident: str | None) -> bool:
        """Whether somebody is the commander of an open incident."""
        found = await self.memory.incidents([incident]) if incident else []
        return any(one.is_open and one.roles.get(IncidentRole.COMMANDER) == user for one in found)

    async def present(self, approval: Approval, team: str) -> dict[str, Voter]:
        """Return those who voted as they are now; who never may any more is not among them."""
        found = {}
        for vote in approval.votes:
            try:
                found[vote.by] = await self.voter(vote.by, team, approval.incident)
            except Denied:
                continue
        return found

    async def lacking(self, approval: Approval, incident: Incident | None) -> str | None:
        """Return why a request can never be approved, in a sentence; None when it can.

        Everybody that the configuration names counts, the requester does not. The fallback counts:
        it is asked later.
        """
        policy = approval.policy
        words = {*policy.from_, *policy.one_of, *policy.fallback}
        if any(role in self.config.roles and self.config.roles[role].everyone for role in words):
            return None
        titles = await self._named(words, incident if policy.commander_counts else None)
        titles.pop(approval.requester, None)
        titles.pop(approval.editor or "", None)
        quorum = policy.quorum(approval.severity)
        if len(titles) < quorum:
            return (
                f"`{approval.policy_name}` needs {quorum} approver{'s' * (quorum != 1)}, and "
                f"besides you signalbox.yml names {len(titles) or 'nobody'}"
            )
        wanted = {role.value for role in policy.one_of}
        if quorum and wanted and not any(held & wanted for held in titles.values()):
            return f"nobody but you is {' or '.join(f'`{word}`' for word in sorted(wanted))}"
        if not matched(policy.each_of, titles.values()):
            named = " and ".join(f"`{word}`" for word in policy.each_of)
            return f"it needs {named}, each another person than you"
        return None

    async def people(self, roles: Iterable[Role]) -> tuple[str, ...]:
        """Return who holds one of these roles by name or group, each once; "everyone" nobody."""
        return tuple(await self._named(roles, None))

    async def _named(
        self, roles: Iterable[Role], incident: Incident | None
    ) -> dict[str, frozenset[str]]:
        titles: dict[str, set[str]] = {}
        wanted = tuple(roles)
        groups = await self._groups(wanted)
        for role in wanted:
            holders = self.config.roles.get(role)
            members = [groups[group] for group in holders.groups] if holders else []
            for user in (*(holders.users if holders else ()), *(u for m in members for u in m)):
                titles.setdefault(user, set()).add(role.value)
        commander = incident.roles.get(IncidentRole.COMMANDER) if incident else None
        if commander is not None:
            titles.setdefault(commander, set()).add(COMMANDER)
        return {user: frozenset(held) for user, held in titles.items()}

    async def _groups(self, roles: Iterable[Role]) -> dict[str, Collection[str]]:
        holders = (self.config.roles[role] for role in roles if role in self.config.roles)
        named = {group for one in holders for group in one.groups}
        return {group: await self.directory.group(group) for group in sorted(named)}
