"""Forms about texts for customers. Block ids are the names of the fields in `Values`."""

from bot.domain.incident import Incident
from bot.domain.statuspage import BODY_MAX, NAME_MAX
from bot.domain.statuspage_draft import REASON_MIN, Draft
from bot.views.facts import headline
from bot.views.inputs import needed, prompted, text
from bot.views.kit import context, modal, section
from bot.views.limits import View
from bot.views.statuspage.cards import notice_blocks

REASON = 500
NOTE = "Customers read exactly these words: no markup, no names of people, hosts or tickets."


def edit(incident: Incident, draft: Draft) -> View:
    """Ask for other words. Fields: name, body."""
    return modal(
        "Edit for customers",
        "statuspage.edit",
        [
            section(headline(incident)),
            needed(text("name", "Title", most=NAME_MAX, initial=draft.notice.name)),
            needed(text("body", "Text", most=BODY_MAX, initial=draft.notice.body, lines=True)),
            context(NOTE, "Another person than you has to approve it after this."),
        ],
        "Save",
    )


def correct(incident: Incident, published: str) -> View:
    """Ask for the right words of a published text. Field: body."""
    return modal(
        "Correct a text",
        "statuspage.correct",
        [
            section(headline(incident)),
            needed(text("body", "Text", most=BODY_MAX, initial=published, lines=True)),
            context(NOTE, "It takes the place of the published text; nothing is posted twice."),
        ],
        "Save",
    )


def alone(incident: Incident, draft: Draft) -> View:
    """Ask why it cannot wait for another person. Field: reason."""
    why = text("reason", "Why can it not wait?", most=REASON, lines=True)
    return modal(
        "Publish alone",
        "statuspage.alone",
        [
            section(headline(incident)),
            *notice_blocks(draft.notice),
            needed(prompted(why, f"At least {REASON_MIN} characters; it is recorded")),
        ],
        "Publish",
    )
