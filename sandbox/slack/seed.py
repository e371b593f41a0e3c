"""The workspace as it is found: people, a user group, five channels."""

from typing import Final

from sandbox.slack.model import BOT_USER, SLACKBOT, Channel, Group, Note, User

_BERLIN: Final = ("Europe/Berlin", "Central European Time", 3600)
_NEW_YORK: Final = ("America/New_York", "Eastern Standard Time", -18000)
_KOLKATA: Final = ("Asia/Kolkata", "India Standard Time", 19800)

CHANNELS: Final = {
    "general": "C0GENERAL",
    "incidents": "C0INCIDENTS",
    "alerts": "C0ALERTS",
    "approvals": "C0APPROVALS",
    "ops": "C0OPS",
}
OUTSIDE_BOT: Final = frozenset({"general"})  # channels that the bot has not joined


def _person(user_id: str, name: str, real_name: str, zone: tuple[str, str, int]) -> User:
    tz, label, offset = zone
    return User(user_id, name, real_name, tz, label, offset)


def users() -> list[User]:
    """Seven who work here, a guest, one who left, a stranger, the bot, Slackbot."""
    working = [
        _person("U0ANN", "ann", "Ann Ops", _BERLIN),
        _person("U0BOB", "bob", "Bob Ops", _NEW_YORK),
        _person("U0LEA", "lea", "Lea Lead", _BERLIN),
        _person("U0DAN", "dan", "Dan Data", _KOLKATA),
        _person("U0SAM", "sam", "Sam Security", _NEW_YORK),
        _person("U0ADA", "ada", "Ada Admin", _BERLIN),
        _person("U0NEW", "new", "New Responder", _BERLIN),
    ]
    working[5].is_admin = True
    return [
        *working,
        User("U0GST", "gus", "Gus Guest", is_restricted=True),
        User("U0OUT", "otto", "Otto Out", deleted=True),
        User("U0STR", "stella", "Stella Stranger", team_id="T0OTHER", is_stranger=True),
        User(BOT_USER, "signalbox", "Signalbox", is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot"),
    ]


def groups() -> list[Group]:
    """One user group: the operators."""
    return [Group("S0OPS", "ops", "Operators", ["U0ANN", "U0BOB"])]


def channels(people: list[User], created: int) -> list[Channel]:
    """Everyone who can be is in all of them; the bot is not in #general."""
    members = [u.id for u in people if not u.deleted and u.id not in (BOT_USER, SLACKBOT)]
    return [
        Channel(
            id=channel_id,
            name=name,
            kind="channel",
            creator="U0ADA",
            created=created,
            members=members + ([] if name in OUTSIDE_BOT else [BOT_USER]),
            topic=Note(),
            is_ext_shared=name == "incidents",
        )
        for name, channel_id in CHANNELS.items()
    ]
