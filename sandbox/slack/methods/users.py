"""users.* and usergroups.*."""

from sandbox.slack import people
from sandbox.slack.errors import fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import TEAM_ID, Group, Json, User


def _shown(call: Call, user: User) -> Json:
    shown = people.describe(user, email=call.core.granted("users:read.email"))
    return shown | ({"locale": "en-US"} if call.flag("include_locale") else {})


def info(call: Call) -> Json:
    """One user."""
    return {"user": _shown(call, call.ws.user(call.text("user")))}


def listing(call: Call) -> Json:
    """All users, those who left too."""
    page, more = call.page(list(call.ws.users.values()))
    return {"members": [_shown(call, u) for u in page], "cache_ts": call.ws.now(), **more}


def by_email(call: Call) -> Json:
    """The user with that address; one who left or belongs to another team is not found."""
    wanted = call.text("email").lower()
    for user in call.ws.users.values():
        if user.email == wanted and not (user.deleted or user.is_stranger or user.is_bot):
            return {"user": _shown(call, user)}
    return fail("users_not_found")


def groups(call: Call) -> Json:
    """All user groups."""
    return {"usergroups": [_group(call, g) for g in call.ws.groups.values()]}


def group_users(call: Call) -> Json:
    """Who is in a group."""
    group = call.ws.groups.get(call.text("usergroup")) or fail("no_such_subteam")
    return {"users": list(group.members)}


def _group(call: Call, group: Group) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": 0,
        "auto_type": None,
        "created_by": "U0ADA",
        "updated_by": "U0ADA",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.members),
    }
    return shown | ({"users": list(group.members)} if call.flag("include_users") else {})
