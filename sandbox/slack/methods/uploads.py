"""files.*: an upload in three steps."""

from sandbox.slack import files, limits
from sandbox.slack.errors import fail, invalid_arguments
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_USER, Channel, File, Json


def get_upload_url(call: Call) -> Json:
    """Where to send the bytes."""
    length = call.text("length")
    if not length.isdigit() or int(length) == 0:
        fail("missing_argument")
    file = files.begin(call.ws, call.text("filename"), int(length))
    return {"upload_url": f"{call.core.base_url}/upload/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Name the files and, when a channel is given, share them as one message."""
    given = call.args["files"]
    if not isinstance(given, list) or not given:
        invalid_arguments("[ERROR] must provide an array [json-pointer:/files]")
    done = [_completed(call, entry) for entry in given]
    rooms = [_room(call, channel_id) for channel_id in _channels(call)]
    limits.blocks(call.args.get("blocks"))
    for room in rooms:
        files.share(call.ws, room, done, call.text("initial_comment"), call.text("thread_ts"))
    return {"files": [files.describe(call.ws, f) for f in done]}


def info(call: Call) -> Json:
    """One file."""
    file = files.find(call.ws, call.text("file"))
    shown = files.describe(call.ws, file)
    paging = {"count": 100, "total": 0, "page": 1, "pages": 0}
    return {
        "file": shown,
        "comments": [],
        "paging": paging,
        "response_metadata": {"next_cursor": ""},
    }


def delete(call: Call) -> Json:
    """Delete an own file; the messages that hold it keep a tombstone of it."""
    file = files.find(call.ws, call.text("file"))
    if file.user != BOT_USER:
        fail("cant_delete_file")
    file.deleted, file.data = True, b""
    for channel_id in file.shares:
        if channel_id in call.ws.channels:
            files.forget(call.ws, call.ws.channels[channel_id], file.id)
    return {}


def _channels(call: Call) -> list[str]:
    one = call.text("channel_id")
    return [one] if one else call.listed("channels")


def _completed(call: Call, entry: Json) -> File:
    file = files.find(call.ws, str(entry.get("id")))
    if len(file.data) != file.length:
        fail("file_not_found")
    file.title = str(entry.get("title") or file.name)
    file.complete = True
    return file


def _room(call: Call, channel_id: str) -> Channel:
    channel = call.ws.channel(channel_id)
    if BOT_USER not in channel.members:
        fail("not_in_channel" if channel.kind == "channel" else "channel_not_found")
    if channel.is_archived:
        fail("posting_to_channel_denied")
    return channel
