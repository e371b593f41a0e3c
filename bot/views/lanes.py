"""Lanes that are failing, as people see them: what, why, and a Retry button (P5)."""

from collections.abc import Sequence

from bot.domain.outbox import LaneStatus
from bot.views.kit import Element, button, context, section
from bot.views.limits import Block
from bot.views.mrkdwn import channel, line, user


def lane_blocks(lanes: Sequence[LaneStatus], most: int = 20) -> list[Block]:
    """Return what cannot be delivered, each with a Retry button."""
    shown = lanes if len(lanes) <= most else lanes[: most - 1]
    blocks = [
        section(lane_sentence(lane), retry_button(lane, index)) for index, lane in enumerate(shown)
    ]
    if len(lanes) > len(shown):
        rest = len(lanes) - len(shown)
        blocks.append(context(f"⚠️ {rest} more cannot be delivered: `/incident status` lists them"))
    return blocks


def lane_sentence(lane: LaneStatus) -> str:
    """Return what is failing and why, on one line."""
    error = line(lane.error, 240) or "no reason given"
    return f"⚠️ {lane_name(lane.lane)}: failing, {lane.waiting} waiting. {error}"


def lane_name(lane: str) -> str:
    """Return a lane as people call it."""
    kind, _, target = lane.partition(":")
    if kind == "channel":
        return f"Announcements in {channel(target)}"
    names = {
        "incident": "Posts to the incident channel",
        "housekeeping": "Topic, pins and bookmarks",
        "user": f"Direct messages to {user(target)}",
        "home": f"App Home of {user(target)}",
        "answer": "Private answers",
    }
    return names.get(kind) or line(lane, 80)


def retry_button(lane: LaneStatus, index: int) -> Element:
    """Return the button that lets a failed lane go on; its value only says which one."""
    return button("Retry", f"lane.retry:{index}", f"{lane.incident}|{lane.lane}")
