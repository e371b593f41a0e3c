"""The words of the public page."""

from bot.domain.statuspage import PageIncident, PageStatus, PageUpdate


def state(said: PageUpdate, told: PageIncident) -> str:
    """Return how far it was with this text; what ended without a fix is not called resolved."""
    if said.status is PageStatus.RESOLVED and told.closed:
        return "Closed"
    return said.status.value.capitalize()
