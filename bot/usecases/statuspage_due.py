"""Which text is due, and whether customers know it already. Pure."""

from bot.domain.incident import Incident, Status
from bot.domain.statuspage import Notice, PageIncident
from bot.domain.statuspage_draft import Draft, DraftState, Publication
from bot.domain.statuspage_post import unsigned
from bot.errors import NotFound


def source(known: Publication, text_id: str) -> Draft:
    """Return the draft that a published text came from.

    Raises:
        NotFound: it is too old to be remembered, or was never published.
    """
    for draft in reversed(known.drafts):
        if text_id in (draft.id, draft.corrects) and draft.state is DraftState.APPROVED:
            return draft
    message = "That text cannot be corrected here any more."
    raise NotFound(message)


def stage(incident: Incident, told: PageIncident | None) -> str:
    """Return the template of what customers should hear now."""
    if incident.status is Status.CLOSED:
        return "closed"
    if incident.status is Status.RESOLVED:
        return "resolved"
    first = told is None and incident.status is Status.INVESTIGATING
    return "initial" if first else "update"


def same(notice: Notice, told: PageIncident) -> bool:
    """Whether customers read just this already."""
    return (
        told.status is notice.status
        and unsigned(told.updates[-1].body) == unsigned(notice.body)
        and set(told.components.values()) <= {notice.health}
        and told.impact.rank >= (0 if notice.ends else notice.impact.rank)
    )


def edited(notice: Notice, known: Publication | None) -> Notice:
    """Return the notice in the words that somebody gave it and nobody has approved yet.

    They stay while the incident stands where it stood; a template's words would undo the work.
    """
    draft = known.draft if known else None
    if draft is None or draft.editor is None or draft.notice.status is not notice.status:
        return notice
    return notice.model_copy(update={"name": draft.notice.name, "body": draft.notice.body})


def plain(notice: Notice) -> Notice:
    """Return the notice without the reference under its text."""
    return notice.model_copy(update={"body": unsigned(notice.body)})
