"""What people see of runbooks, requests for approval and runs."""

from bot.views.runs.answers import (
    answered,
    asked,
    cancelled,
    ended,
    missing,
    outputs,
    paged,
    review_done,
    review_due,
    switched,
    undelivered,
    voted,
)
from bot.views.runs.card import headline, run_card
from bot.views.runs.catalog import Offer, history, offer, offers, pending, request_rows
from bot.views.runs.request import plan_message, request_message
from bot.views.runs.thread import TAIL, log_comment, question_message, step_output

__all__ = [
    "TAIL",
    "Offer",
    "answered",
    "asked",
    "cancelled",
    "ended",
    "headline",
    "history",
    "log_comment",
    "missing",
    "offer",
    "offers",
    "outputs",
    "paged",
    "pending",
    "plan_message",
    "question_message",
    "request_message",
    "request_rows",
    "review_done",
    "review_due",
    "run_card",
    "step_output",
    "switched",
    "undelivered",
    "voted",
]
