"""What the bot says besides the card and the templates. Every function returns a message."""

from bot.views.answers.lists import declared, incident_list
from bot.views.answers.notices import (
    called_in,
    channel_gone,
    lane_failing,
    noted,
    postmortem_coming,
    postmortem_comment,
    private_stopped,
    retrying,
)
from bot.views.answers.panels import catchup, timeline
from bot.views.answers.posts import (
    archive_offer,
    called,
    handover_accepted,
    handover_declined,
    handover_offer,
    nag,
    reopened,
    seated,
    severity_changed,
    task_message,
)
from bot.views.answers.replies import broken, done, help_text, refused, unavailable, unknown_word

__all__ = [
    "archive_offer",
    "broken",
    "called",
    "called_in",
    "catchup",
    "channel_gone",
    "declared",
    "done",
    "handover_accepted",
    "handover_declined",
    "handover_offer",
    "help_text",
    "incident_list",
    "lane_failing",
    "nag",
    "noted",
    "postmortem_coming",
    "postmortem_comment",
    "private_stopped",
    "refused",
    "reopened",
    "retrying",
    "seated",
    "severity_changed",
    "task_message",
    "timeline",
    "unavailable",
    "unknown_word",
]
