"""What the incident's channel sees of texts for customers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.incident import Incident, IncidentRole
from bot.domain.outbox import Priority
from bot.domain.statuspage_draft import Draft
from bot.domain.statuspage_post import Difference
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views.statuspage import cards


@dataclass(frozen=True, slots=True)
class PageTelling:
    """One card for each draft, edited in place."""

    telling: Telling

    def drafted(self, turn: Turn, incident: Incident, draft: Draft) -> None:
        """Show a new draft, with Approve, Edit and Cancel."""
        card = cards.draft_card(incident, draft)
        ref = {_ref(draft): "ts"}
        self.telling.say(turn, incident, card, saves=ref, priority=Priority.URGENT)
        self.telling.changed(turn, incident)  # its card has a line on what customers read

    def changed(self, turn: Turn, incident: Incident, draft: Draft) -> None:
        """Show a draft as it stands now."""
        self.telling.edit(turn, incident, _ref(draft), cards.draft_card(incident, draft))
        self.telling.changed(turn, incident)

    def asked_again(
        self, turn: Turn, incident: Incident, draft: Draft, called: Collection[str]
    ) -> None:
        """Ask the channel again, and those who are called in directly."""
        if not incident.archived:
            self.telling.say(turn, incident, cards.asked_again(incident, draft, called))
        for user in called:
            self.telling.direct(turn, user, cards.called_in(incident, draft))

    def differs(self, turn: Turn, incident: Incident, found: Sequence[Difference]) -> None:
        """Show what the page says that was not published; nothing: that it is right again.

        Nobody reads an archived channel, and nothing can be said in it: who led is told then.
        """
        said = cards.differs(incident, found) if found else cards.same_again(incident)
        if incident.archived:
            led = incident.roles.get(IncidentRole.COMMANDER, incident.declared_by)
            self.telling.direct(turn, led, said)
        else:
            self.telling.say(turn, incident, said)


def _ref(draft: Draft) -> str:
    return f"draft:{draft.card}"
