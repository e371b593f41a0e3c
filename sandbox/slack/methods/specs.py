"""Tier, scopes and arguments of every method here, as docs.slack.dev gives them.

`tests/sandbox/test_specs.py` holds this table against the machine-readable reference.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Spec:
    """One method. `tier` 0 = "special". Any one of `scopes` is enough for its kind of channel."""

    tier: int
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    known: frozenset[str]
    takes_json: bool = True


ALWAYS_KNOWN: Final = frozenset({"token", "team_id"})  # Bolt's clients add team_id to every call
_READ: Final = "channels:read groups:read im:read mpim:read"
_HISTORY: Final = "channels:history groups:history im:history mpim:history"
_WRITE: Final = "channels:manage channels:write groups:write im:write mpim:write"
_OPEN: Final = "channels:manage groups:write im:write mpim:write"
_INVITE: Final = f"{_OPEN} channels:write.invites groups:write.invites"
_TOPIC: Final = f"{_OPEN} channels:write.topic groups:write.topic im:write.topic mpim:write.topic"
_POST: Final = (
    "text blocks attachments as_user icon_emoji icon_url link_names markdown_text metadata "
    "parse thread_ts username"
)


def _spec(tier: int, scopes: str, args: str, *, form_only: bool = False) -> Spec:
    """`args`: names, with `!` after the required ones."""
    words = args.split()
    return Spec(
        tier,
        tuple(scopes.split()),
        tuple(w[:-1] for w in words if w.endswith("!")),
        frozenset(w.rstrip("!") for w in words) | ALWAYS_KNOWN,
        takes_json=not form_only,
    )


SPECS: Final[dict[str, Spec]] = {
    "api.test": _spec(4, "", "error"),
    "apps.connections.open": _spec(3, "", ""),
    "auth.test": _spec(0, "", ""),
    "bookmarks.add": _spec(
        2,
        "bookmarks:write",
        "channel_id! title! type! link emoji entity_id access_level parent_id",
    ),
    "bookmarks.edit": _spec(2, "bookmarks:write", "channel_id! bookmark_id! title link emoji"),
    "bookmarks.list": _spec(3, "bookmarks:read", "channel_id!"),
    "bookmarks.remove": _spec(2, "bookmarks:write", "channel_id! bookmark_id! quip_section_id"),
    "bots.info": _spec(3, "users:read", "bot team_id", form_only=True),
    "chat.delete": _spec(3, "chat:write", "channel! ts! as_user"),
    "chat.getPermalink": _spec(0, "", "channel! message_ts!", form_only=True),
    "chat.postEphemeral": _spec(4, "chat:write", f"channel! user! {_POST}"),
    "chat.postMessage": _spec(
        0,
        "chat:write",
        f"channel! {_POST} mrkdwn reply_broadcast unfurl_links unfurl_media "
        "current_draft_last_updated_ts",
    ),
    "chat.update": _spec(
        3,
        "chat:write",
        "channel! ts! text blocks attachments unfurled_attachments as_user link_names "
        "markdown_text metadata parse reply_broadcast file_ids",
    ),
    "conversations.archive": _spec(2, _WRITE, "channel!"),
    "conversations.create": _spec(2, _WRITE, "name! is_private team_id"),
    "conversations.history": _spec(
        3, _HISTORY, "channel! cursor include_all_metadata inclusive latest limit oldest"
    ),
    "conversations.info": _spec(
        3, _READ, "channel! include_locale include_num_members", form_only=True
    ),
    "conversations.invite": _spec(3, _INVITE, "channel! users! force"),
    "conversations.join": _spec(3, "channels:join", "channel!"),
    "conversations.kick": _spec(3, "channels:manage groups:write", "channel! user!"),
    "conversations.leave": _spec(3, _WRITE, "channel!"),
    "conversations.list": _spec(
        2, _READ, "cursor exclude_archived limit team_id types", form_only=True
    ),
    "conversations.members": _spec(4, _READ, "channel! cursor limit", form_only=True),
    "conversations.open": _spec(3, _OPEN, "channel return_im users prevent_creation"),
    "conversations.rename": _spec(2, _WRITE, "channel! name!"),
    "conversations.replies": _spec(
        3,
        _HISTORY,
        "channel! ts! cursor include_all_metadata inclusive latest limit oldest",
        form_only=True,
    ),
    "conversations.setPurpose": _spec(2, _TOPIC, "channel! purpose!"),
    "conversations.setTopic": _spec(2, _TOPIC, "channel! topic!"),
    "conversations.unarchive": _spec(2, _WRITE, "channel!"),
    "files.completeUploadExternal": _spec(
        4,
        "files:write",
        "files! channel_id channels thread_ts initial_comment blocks username icon_url icon_emoji",
    ),
    "files.delete": _spec(3, "files:write", "file!"),
    "files.getUploadURLExternal": _spec(
        4, "files:write", "filename! length! snippet_type alt_txt", form_only=True
    ),
    "files.info": _spec(4, "files:read", "file! count cursor limit page", form_only=True),
    "pins.add": _spec(2, "pins:write", "channel! timestamp!"),
    "pins.list": _spec(2, "pins:read", "channel!", form_only=True),
    "pins.remove": _spec(2, "pins:write", "channel! timestamp!"),
    "reactions.add": _spec(3, "reactions:write", "channel! name! timestamp!"),
    "reactions.get": _spec(
        3, "reactions:read", "channel timestamp file file_comment full", form_only=True
    ),
    "reactions.remove": _spec(2, "reactions:write", "name! channel timestamp file file_comment"),
    "team.info": _spec(3, "team:read", "domain team"),
    "usergroups.list": _spec(
        2,
        "usergroups:read",
        "include_count include_disabled include_users team_id",
        form_only=True,
    ),
    "usergroups.users.list": _spec(
        2, "usergroups:read", "usergroup! include_disabled team_id", form_only=True
    ),
    "users.conversations": _spec(
        3,
        _READ,
        "cursor exclude_archived exclude_muted limit team_id types user",
        form_only=True,
    ),
    "users.info": _spec(4, "users:read", "user! include_locale", form_only=True),
    "users.list": _spec(2, "users:read", "cursor include_locale limit team_id", form_only=True),
    "users.lookupByEmail": _spec(3, "users:read.email", "email!", form_only=True),
    "views.open": _spec(4, "", "view! trigger_id interactivity_pointer"),
    "views.publish": _spec(4, "", "user_id! view! hash interactivity_pointer"),
    "views.push": _spec(4, "", "view! trigger_id interactivity_pointer"),
    "views.update": _spec(4, "", "view! view_id external_id hash"),
}

# What Slack says when a required argument is missing, where it is not `invalid_arguments`.
MISSING: Final[dict[tuple[str, str], str]] = {
    ("conversations.create", "name"): "invalid_name_required",
    ("conversations.rename", "name"): "invalid_name_required",
    ("conversations.invite", "users"): "no_user",
    ("conversations.kick", "user"): "user_not_found",
    ("conversations.replies", "ts"): "thread_not_found",
    ("chat.postEphemeral", "user"): "user_not_in_channel",
    ("chat.update", "ts"): "message_not_found",
    ("chat.delete", "ts"): "message_not_found",
    ("chat.getPermalink", "message_ts"): "message_not_found",
    ("files.info", "file"): "file_not_found",
    ("files.delete", "file"): "file_not_found",
    ("files.getUploadURLExternal", "length"): "missing_argument",
    ("files.getUploadURLExternal", "filename"): "missing_argument",
    ("pins.add", "timestamp"): "no_item_specified",
    ("pins.remove", "timestamp"): "no_item_specified",
    ("reactions.add", "timestamp"): "no_item_specified",
    ("reactions.add", "name"): "invalid_name",
    ("reactions.remove", "name"): "invalid_name",
    ("usergroups.users.list", "usergroup"): "no_such_subteam",
    ("users.info", "user"): "user_not_found",
    ("users.lookupByEmail", "email"): "users_not_found",
}
EMPTY_IS_FINE: Final = frozenset({"topic", "purpose"})  # an empty one clears it


def missing(method: str, name: str) -> str:
    """The error for a required argument that is not there."""
    if name in ("channel", "channel_id"):
        return "channel_not_found"
    return MISSING.get((method, name), "invalid_arguments")
