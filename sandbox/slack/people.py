"""How a user looks to an app, and what happens when one changes."""

from typing import Any

from sandbox.slack.model import APP_ID, BOT_ID, TEAM_ID, Json, User
from sandbox.slack.workspace import Workspace


def describe(user: User, *, email: bool) -> Json:
    """Slack's shape of a user; `email` only with the scope users:read.email."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz_label,
        "tz_offset": user.tz_offset,
        "profile": _profile(user, email=email),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
        "is_email_confirmed": True,
        "has_2fa": False,
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.is_stranger:
        shown["is_stranger"] = True
    return shown


def _profile(user: User, *, email: bool) -> Json:
    first, _, last = user.real_name.partition(" ")
    shown: Json = {
        "avatar_hash": "",
        "status_text": "",
        "status_emoji": "",
        "real_name": user.real_name,
        "display_name": user.name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.name,
        "first_name": first,
        "last_name": last,
        "title": "",
        "phone": "",
        "skype": "",
        "team": user.team_id,
    }
    shown |= {f"image_{size}": "" for size in (24, 32, 48, 72, 192, 512)}
    if user.is_bot:
        return shown | {"api_app_id": APP_ID, "bot_id": BOT_ID, "always_active": True}
    return shown | ({"email": user.email} if email else {})


def change(ws: Workspace, user_id: str, **fields: Any) -> None:
    """Set fields of a user: `deleted=True` when one leaves, `is_restricted=True` for a guest."""
    user = ws.user(user_id)
    for name, value in fields.items():
        if not hasattr(user, name):
            raise AttributeError(name)
        setattr(user, name, value)
    user.updated = ws.now()
    ws.emit("user_change", {"type": "user_change", "user": describe(user, email=False)})
    ws.changed("user")


def regroup(ws: Workspace, group_id: str, members: list[str]) -> None:
    """Set who is in a user group."""
    group = ws.groups[group_id]
    before, group.members = group.members, list(members)
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": TEAM_ID,
        "added_users": [m for m in members if m not in before],
        "removed_users": [m for m in before if m not in members],
    }
    ws.emit("subteam_members_changed", event)
    ws.changed("user")
