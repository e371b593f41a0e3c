"""Lanes that are failing, as people see them: what, why, and a Retry button (P5)."""

from collections.abc import Sequence

from bot.domain.outbox import LaneStatus
from bot.views.kit import Element, button, context, section
from bot.views.limits import Block
from bot.views.mrkdwn import channel, line, user


def lane_blocks(lanes: Sequence[LaneStatus], most: int = 20, *, made: bool = True) -> list[Block]:
    """Return what cannot be delivered, each with a Retry button.

    `made`: whether the incident's channel exists.
    """
    shown = lanes if len(lanes) <= most else lanes[: most - 1]
    blocks = [
        section(lane_sentence(lane, made=made), retry_button(lane, index))
        for index, lane in enumerate(shown)
    ]
    if len(lanes) > len(shown):
        rest = len(lanes) - len(shown)
        blocks.append(context(f"⚠️ {rest} more cannot be delivered: `/incident status` lists them"))
    return blocks


def lane_sentence(lane: LaneStatus, *, made: bool = True) -> str:
    """Return on one line what people miss, why, and what cures it."""
    error = line(lane.error, 240) or "no reason was given."
    waits = f" ({lane.waiting} waiting)" if lane.waiting > 1 else ""
    return f"⚠️ {lane_missed(lane.lane, made=made)}{waits}: {error}"


def lane_missed(lane: str, *, made: bool = True) -> str:
    """Return what does not happen while a lane fails; `made`: the incident's channel exists."""
    kind, _, target = lane.partition(":")
    if kind == "channel":
        return f"Nothing more is announced in {channel(target)}"
    if kind == "incident" and not made:
        return "The incident channel could not be made"
    missed = {
        "incident": "Nothing more is posted in the incident channel",
        "housekeeping": "Topic, pins and bookmarks are not kept up",
        "user": f"{user(target)} gets no direct messages",
        "home": f"{user(target)} gets no new App Home",
        "answer": "Private answers do not arrive",
        "statuspage": "The status page is not kept up",
        "pagerduty": "PagerDuty is not told",
    }
    return missed.get(kind) or f"{line(lane, 80)} cannot be delivered"


def lane_name(lane: str, *, made: bool = True) -> str:
    """Return what a lane does, for "Trying again: ..."."""
    kind, _, target = lane.partition(":")
    if kind == "channel":
        return f"announcing in {channel(target)}"
    if kind == "incident" and not made:
        return "making the incident channel"
    names = {
        "incident": "posting in the incident channel",
        "housekeeping": "topic, pins and bookmarks",
        "user": f"direct messages to {user(target)}",
        "home": f"the App Home of {user(target)}",
        "answer": "private answers",
        "statuspage": "the status page",
        "pagerduty": "telling PagerDuty",
    }
    return names.get(kind) or line(lane, 80)


def retry_button(lane: LaneStatus, index: int) -> Element:
    """Return the button that lets a failed lane go on; its value only says which one."""
    return button("Retry", f"lane.retry:{index}", f"{lane.incident}|{lane.lane}")
