"""Modals. Block ids are the names of the fields in `Values`."""

from bot.views.forms.declaring import declare
from bot.views.forms.reporting import UNCHANGED, resolve, update
from bot.views.forms.small import handover, loading, preview, refusal, severity, snooze, task

__all__ = [
    "UNCHANGED",
    "declare",
    "handover",
    "loading",
    "preview",
    "refusal",
    "resolve",
    "severity",
    "snooze",
    "task",
    "update",
]
