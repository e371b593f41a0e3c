"""history.atom: every published incident, newest first (RFC 4287)."""

from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from bot.domain.statuspage import PageIncident, PageUpdate
from bot.usecases.statuspage_public import PublicPage
from bot.web.status.words import state

ENTRIES: Final = 50
_NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a feed must say when it changed


def atom(page: PublicPage, url: str) -> str:
    """Return the feed. Ids are made of the page's address and the incident's id, and stay."""
    title = escape(page.title)
    entries = "".join(_entry(one, url) for one in page.incidents[:ENTRIES])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{title}: history</title>\n<id>{escape(url)}</id>\n"
        f"<updated>{_at(page.changed_at or _NEVER)}</updated>\n"
        f"<author><name>{title}</name></author>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(url)}/>\n'
        f'<link rel="self" type="application/atom+xml" href={quoteattr(f"{url}/history.atom")}/>\n'
        f"{entries}</feed>\n"
    )


def _entry(told: PageIncident, url: str) -> str:
    link = f"{url}#{told.id}"
    texts = "".join(_text(one, told) for one in reversed(told.updates))
    return (
        f"<entry>\n<id>{escape(link)}</id>\n<title>{escape(told.name)}</title>\n"
        f"<published>{_at(told.updates[0].at)}</published>\n"
        f"<updated>{_at(told.updates[-1].corrected_at or told.updates[-1].at)}</updated>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(link)}/>\n'
        f'<content type="html">{escape(texts)}</content>\n</entry>\n'
    )


def _text(said: PageUpdate, told: PageIncident) -> str:
    """Return one text as HTML; it is escaped once more as the content of XML."""
    when = said.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    body = escape(said.body).replace("\n", "<br>")
    return f"<p><small>{when}</small><br><strong>{state(said, told)}</strong> - {body}</p>"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
