"""Who may do what. Fails closed: an absent role has nobody, strangers never may."""

from collections.abc import Collection, Iterable, Mapping

from bot.domain.incident import Incident
from bot.domain.person import Holders, Person, Role
from bot.errors import Denied


def require(
    person: Person,
    roles: Iterable[Role],
    holders: Mapping[Role, Holders],
    groups: Mapping[str, Collection[str]],
) -> None:
    """Return when `person` holds one of `roles`.

    `groups` maps the user groups named in the configuration to their members just now.

    Raises:
        Denied: they do not; the message says what is missing and who can give it.
    """
    stranger = barred(person)
    if stranger:
        raise Denied(stranger)
    wanted = tuple(roles)
    if any(_holds(person, holders.get(role), groups) for role in wanted):
        return
    names = " or ".join(f"`{role.value}`" for role in wanted)
    if not any(role in holders for role in wanted):
        message = (
            f"Nobody may do this: signalbox.yml names nobody as {names}. "
            "Whoever runs Signalbox can add it under `roles`."
        )
        raise Denied(message)
    message = f"This needs the role {names}. {who_can_help(holders)}"
    raise Denied(message)


def held_roles(
    person: Person, holders: Mapping[Role, Holders], groups: Mapping[str, Collection[str]]
) -> frozenset[Role]:
    """Return the roles that `person` holds; none for those who never may act."""
    if barred(person):
        return frozenset()
    return frozenset(role for role, held in holders.items() if _holds(person, held, groups))


def barred(person: Person) -> str | None:
    """Return why a person may never act, or None."""
    if person.bot:
        return "Bots may not act here; a person has to."
    if person.deleted:
        return "This account is deactivated."
    if person.foreign:
        return "People from another workspace may read here, but not act."
    if person.guest:
        return "Guests may read here, but not act. Ask a member of the workspace."
    return None


def may_see(incident: Incident, user: str, members: Collection[str]) -> bool:
    """Whether `user` may know of the incident; `members` are its channel's members just now."""
    return not incident.private or user in members


def who_can_help(holders: Mapping[Role, Holders]) -> str:
    """Name the people who can change the configuration."""
    admins = holders.get(Role.ADMIN, Holders())
    named = [f"<@{user}>" for user in admins.users]
    named += [f"<!subteam^{group}>" for group in admins.groups]
    if not named:
        return "Whoever runs Signalbox can give it to you in signalbox.yml."
    return f"{', '.join(named)} can give it to you in signalbox.yml."


def _holds(person: Person, holders: Holders | None, groups: Mapping[str, Collection[str]]) -> bool:
    if holders is None:
        return False
    return (
        holders.everyone
        or person.id in holders.users
        or any(person.id in groups.get(group, ()) for group in holders.groups)
    )
