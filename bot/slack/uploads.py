"""Files: a place to upload to, the bytes, and the message that shows them."""

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import Rejected
from bot.slack.attempt import Attempt, Message
from bot.slack.outcomes import sentence

_OK: Final = 200


async def upload(attempt: Attempt) -> Mapping[str, Any]:
    """Post `content` as file `filename` to `channel` (and `thread_ts`), with `initial_comment`.

    Only the last of the three requests is seen by anybody. After a doubtful attempt the channel is
    read for a file of that name by us before it is posted again.
    """
    channel = await attempt.conversation()
    name = str(attempt.args["filename"])
    if attempt.doubtful:
        found = await attempt.find_message(lambda said: _shows(said, name, attempt.us))
        if found is not None:
            return {"files": found["files"], "ts": found["ts"], "found": True}
    file = {"id": await _stored(attempt, name), "title": attempt.args.get("title") or name}
    shown = {"channel_id": channel, "files": [file]}
    rest = ("thread_ts", "initial_comment")
    shown |= {key: attempt.args[key] for key in rest if attempt.args.get(key)}
    return await attempt.call("files.completeUploadExternal", **shown)


async def _stored(attempt: Attempt, name: str) -> str:
    """Upload the bytes; the file's id."""
    content = str(attempt.args["content"]).encode()
    place = await attempt.call("files.getUploadURLExternal", filename=name, length=len(content))
    url = str(place["upload_url"])
    if not attempt.voice.is_slack(url):
        raise Rejected(sentence("files.upload", "foreign_upload_url"), code="foreign_upload_url")
    status, _ = await attempt.voice.post(url, data=content)
    if status != _OK:
        raise Rejected(sentence("files.upload", f"http_{status}"), code=f"http_{status}")
    return str(place["file_id"])


def _shows(message: Message, name: str, us: str) -> bool:
    files = message.get("files") or ()
    return message.get("user") == us and any(file.get("name") == name for file in files)
