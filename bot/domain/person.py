"""Who somebody is in the workspace, and which roles the configuration gives them."""

from enum import StrEnum

from bot.domain.values import Value


class Person(Value):
    """A member as Slack describes them just now. `tz` is an IANA name."""

    id: str
    team: str
    name: str
    tz: str = "UTC"
    guest: bool = False
    foreign: bool = False  # of another workspace (Slack Connect)
    bot: bool = False
    deleted: bool = False


class Role(StrEnum):
    """Roles that signalbox.yml hands out; each is separate, none contains another."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    OPERATOR = "operator"
    LEAD = "lead"
    DATA_OWNER = "data-owner"
    SECURITY_LEAD = "security-lead"
    ADMIN = "admin"


class Holders(Value):
    """Who holds a role."""

    everyone: bool = False
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
