"""The forms that tell readers something: an update, the end."""

from typing import Final

from bot.domain.incident import CloseReason, Incident, Resolution, Status, Update
from bot.domain.lifecycle import TEXT_MAX
from bot.views.facts import headline, impact_line, started_line
from bot.views.inputs import needed, option, prompted, radio, select, text
from bot.views.kit import Element, actions, button, context, modal, section
from bot.views.limits import Block, View

# Together they stay under what one message holds (limits.MESSAGE_JSON).
KNOWN: Final = 2500
IMPACT: Final = 1000
MITIGATION: Final = 2500
ETA: Final = 200

RESOLVED: Final = "resolved"
ASKED: Final = "What fixed it? Only a duplicate or a false alarm needs none."
UNCHANGED: Final = "unchanged"
"""The status of an update that leaves it as it is, whatever it is by then."""
STATUSES: Final = {
    Status.INVESTIGATING: "We look for the cause",
    Status.IDENTIFIED: "We know the cause and work on it",
    Status.MONITORING: "Customers are well again; we watch",
}
ENDINGS: Final = {
    RESOLVED: "Resolved: it was fixed",
    CloseReason.DUPLICATE.value: "Duplicate of another incident",
    CloseReason.FALSE_ALARM.value: "False alarm",
}


def update(incident: Incident, text_now: str = "") -> View:
    """Ask for an update, beginning with what was said last; `text_now` is what was just typed.

    Fields: status (UNCHANGED, or the new one), investigation, impact, mitigation, eta. The button
    `incident.preview` shows the message.
    """
    last = incident.last_update or Update(by="", at=incident.declared_at)
    learnt = text_now or last.investigation or last.text
    impact = incident.situation.impact
    return modal(
        "Post an update",
        "incident.update",
        [
            section(f"{headline(incident)}\n{started_line(incident)}"),
            needed(radio("status", "Status", _statuses(incident), initial=UNCHANGED)),
            _large("investigation", "Investigation", KNOWN, learnt),
            _large("impact", "Impact", IMPACT, impact),
            _large("mitigation", "Mitigation", MITIGATION, last.mitigation),
            prompted(text("eta", "ETA", most=ETA, initial=last.eta), "30 minutes"),
            _preview(incident),
        ],
        "Post",
    )


def resolve(incident: Incident, text_now: str = "") -> View:
    """Ask for the end. `ending` is "resolved", or why it ended without a fix.

    Fields: ending, applied, root_cause, prevention, services, performance, monitoring,
    duplicate_of. The button `incident.preview` shows the message.
    """
    said = incident.resolution or Resolution(by="", at=incident.declared_at)
    return modal(
        "Resolve",
        "incident.resolve",
        [
            section(f"{headline(incident)}\n{started_line(incident)}\n{impact_line(incident)}"),
            _ending(),
            _large("applied", "Resolution applied", TEXT_MAX, text_now or said.applied, ASKED),
            _large("root_cause", "Root cause", TEXT_MAX, said.root_cause),
            _large("prevention", "Preventive measures", TEXT_MAX, said.prevention),
            *_service_status(said),
            _duplicate_of(),
            _preview(incident),
            context("What stays empty reads “not known yet” and is asked in the post-mortem."),
        ],
        "Resolve",
    )


def _ending() -> Block:
    choices = [option(label, value) for value, label in ENDINGS.items()]
    hint = "Customers are told “resolved” only when it was."
    return needed(select("ending", "How does it end?", choices, initial=RESOLVED, hint=hint))


def _duplicate_of() -> Block:
    other = text(
        "duplicate_of", "Duplicate of", most=40, hint="Needed for a duplicate, else empty."
    )
    return prompted(other, "INC-00042")


def _service_status(said: Resolution) -> list[Block]:
    return [
        _state("services", "Service status", ("operational", "degraded"), said.services),
        _state("performance", "Performance", ("normal", "degraded"), said.performance),
        _state("monitoring", "Monitoring", ("normal", "enhanced"), said.monitoring),
    ]


def _state(field: str, label: str, words: tuple[str, ...], initial: str) -> Block:
    choices: list[Element] = [option(word, word) for word in words]
    chosen = initial if initial in words else words[0]
    return needed(select(field, label, choices, initial=chosen))


def _large(field: str, label: str, most: int, initial: str, hint: str = "") -> Block:
    return text(field, label, most=most, initial=initial, hint=hint, lines=True)


def _preview(incident: Incident) -> Block:
    return actions(button("Preview", "incident.preview", incident.id), block_id="preview")


def _statuses(incident: Incident) -> list[Element]:
    return [
        option(
            status.value.capitalize(),
            UNCHANGED if status is incident.status else status.value,
            meaning,
        )
        for status, meaning in STATUSES.items()
    ]
