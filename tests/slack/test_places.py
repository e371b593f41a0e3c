"""Names become ids, also in a workspace that takes many pages to list."""

from typing import Any

import pytest

from bot.errors import Rejected, Unavailable
from bot.slack.places import Places


class BigWorkspace:
    """Pages of one channel each; every third call has to wait."""

    def __init__(self) -> None:
        self.calls = 0
        self.forgets_cursors = False

    async def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if method == "users.conversations":
            return {"channels": []}
        self.calls += 1
        if self.calls % 3 == 0:
            msg = "full"
            raise Unavailable(msg, retry_after_s=4)
        if args.get("cursor") and self.forgets_cursors:
            self.forgets_cursors = False
            msg = "old"
            raise Rejected(msg, code="invalid_cursor")
        page = int(args.get("cursor", "0"))
        more = str(page + 1) if page < 9 else ""
        return {
            "channels": [{"name": f"room-{page}", "id": f"C{page}00"}],
            "response_metadata": {"next_cursor": more},
        }


async def found(places: Places, voice: Any, name: str) -> str:
    for _ in range(20):
        try:
            return await places.conversation(voice, name)
        except Unavailable:
            continue
    raise AssertionError


@pytest.mark.parametrize("forgets", [False, True])
async def test_a_listing_goes_on_where_it_was_stopped(forgets):
    places, voice = Places(), BigWorkspace()
    voice.forgets_cursors = forgets
    assert await found(places, voice, "room-9") == "C900"
    assert voice.calls < 20
    assert await found(places, voice, "#room-3") == "C300"


async def test_an_unknown_name_is_refused_after_the_last_page():
    with pytest.raises(Rejected, match="#nowhere"):
        await found(Places(), BigWorkspace(), "nowhere")
