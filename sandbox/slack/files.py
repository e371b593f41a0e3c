"""Uploads in Slack's three steps: ask for a URL, send the bytes, complete and share."""

import mimetypes
from typing import Final

from sandbox.slack import messages
from sandbox.slack.errors import fail
from sandbox.slack.model import BOT_USER, TEAM_ID, Channel, File, Json, Message
from sandbox.slack.workspace import Workspace

_TEXT_TYPES: Final = {"md": "Markdown (raw)", "txt": "Plain Text", "json": "JSON", "csv": "CSV"}


def begin(ws: Workspace, name: str, length: int) -> File:
    """A file that waits for its bytes."""
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    file = File(ws.new_id("F"), name, BOT_USER, ws.now(), length, title=name, mimetype=kind)
    ws.files[file.id] = file
    return file


def find(ws: Workspace, file_id: str) -> File:
    """A file that is there.

    Raises:
        SlackError: file_not_found, file_deleted.
    """
    file = ws.files.get(file_id) or fail("file_not_found")
    if file.deleted:
        fail("file_deleted")
    return file


def share(
    ws: Workspace, channel: Channel, files: list[File], comment: str, thread_ts: str = ""
) -> Message:
    """Post the files as one message."""
    ts = ws.new_ts()
    for file in files:
        file.shares[channel.id] = ts
    message = Message(
        ts,
        channel.id,
        BOT_USER,
        comment,
        subtype="file_share",
        thread_ts=thread_ts,
        extra={"files": [describe(ws, f) for f in files], "upload": True},
    )
    messages.put(ws, channel, message)
    for file in files:
        event: Json = {"type": "file_shared", "channel_id": channel.id, "file_id": file.id}
        event |= {"user_id": BOT_USER, "file": {"id": file.id}, "event_ts": message.ts}
        ws.emit("file_shared", event, channel)
    return message


def describe(ws: Workspace, file: File) -> Json:
    """Slack's shape of a file."""
    extension = file.name.rpartition(".")[2] if "." in file.name else "text"
    link = f"{ws.url}ui/file/{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": _TEXT_TYPES.get(extension, extension.upper()),
        "user": file.user,
        "user_team": TEAM_ID,
        "editable": file.mimetype.startswith("text/"),
        "size": len(file.data),
        "mode": "snippet" if file.mimetype.startswith("text/") else "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": link,
        "url_private_download": link,
        "permalink": link,
        "permalink_public": "",
        "alt_txt": "",
        "has_rich_preview": False,
        "is_starred": False,
        **_places(ws, file),
        "comments_count": 0,
        "preview": file.data[:1000].decode(errors="replace"),
        "lines": file.data.count(b"\n") + 1,
    }


def _places(ws: Workspace, file: File) -> Json:
    shown: Json = {"channels": [], "groups": [], "ims": [], "shares": {}}
    for channel_id, ts in file.shares.items():
        kind = ws.channels[channel_id].kind if channel_id in ws.channels else "channel"
        shown[f"{kind}s"].append(channel_id)
        reach = "public" if kind == "channel" else "private"
        shown["shares"].setdefault(reach, {})[channel_id] = [{"ts": ts}]
    return shown


def forget(ws: Workspace, channel: Channel, file_id: str) -> None:
    """Leave a tombstone of a deleted file in the messages that showed it."""
    for message in channel.messages.values():
        held = message.extra.get("files") or []
        if any(f["id"] == file_id for f in held):
            message.extra["files"] = [
                {"id": file_id, "mode": "tombstone"} if f["id"] == file_id else f for f in held
            ]
            ws.changed("message", channel.id, message.thread_ts)
