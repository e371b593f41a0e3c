"""What goes to the page and what comes back from it: posts, marks, differences. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.domain.statuspage import Health, Notice, PageIncident
from bot.domain.values import Value


class PagePost(Value):
    """One text on its way to the page. `update` is our id of it and marks it at the provider."""

    incident: str
    notice: Notice
    update: str
    healths: dict[str, Health] = {}  # of the notice's components, as they are after it
    started_at: datetime
    at: datetime
    closed: bool = False


class Posted(Value):
    """What the provider calls the incident and the text."""

    page_id: str
    update_id: str


class PageShown(Value):
    """What the page says just now: recent incidents by the provider's ids, and components.

    `newest_only`: of each incident the page shows only the newest text.
    """

    incidents: dict[str, PageIncident] = {}
    healths: dict[str, Health] = {}
    newest_only: bool = False


_REFERENCE = re.compile(r"\n\n(Ref INC-\d+-[0-9a-f]{8})$")


def signed(body: str, incident: str, update: str) -> str:
    """Return the text with a reference under it, for pages that keep no hidden mark."""
    return f"{unsigned(body)}\n\n{reference(incident, update)}"


def unsigned(body: str) -> str:
    """Return the text without its reference."""
    return _REFERENCE.sub("", body)


def reference_in(body: str) -> str:
    """Return the reference under a text, "" when it has none."""
    found = _REFERENCE.search(body.rstrip())
    return found[1] if found else ""


def reference(incident: str, update: str) -> str:
    """Return what tells one text from all others: "Ref INC-00042-1a2b3c4d"."""
    return f"Ref {incident}-{update[:8]}"


class Difference(Value):
    """Something that the page says and we did not publish."""

    what: str  # "status", "name", "missing", "component AI services", "text of update 2", ...
    ours: str
    theirs: str


def differences(
    ours: PageIncident,
    theirs: PageIncident | None,
    wanted: Mapping[str, Health],
    shown: Mapping[str, Health],
) -> tuple[Difference, ...]:
    """Return where the page differs from what we published.

    `wanted` and `shown` are the healths of the incident's components, ours and the page's. Texts
    are compared by the provider's ids; one that we did not write is named too.
    """
    if theirs is None:
        return (Difference(what="missing", ours=ours.name, theirs="no such incident"),)
    found = [
        Difference(what=what, ours=said, theirs=read)
        for what, said, read in (
            ("name", ours.name, theirs.name),
            ("status", ours.status.value, theirs.status.value),
        )
        if said != read
    ]
    found += [
        Difference(what=f"component {name}", ours=health.value, theirs=shown[name].value)
        for name, health in sorted(wanted.items())
        if name in shown and shown[name] is not health
    ]
    return (*found, *_texts(ours, theirs))


def _texts(ours: PageIncident, theirs: PageIncident) -> list[Difference]:
    read = {one.page_id: one.body for one in theirs.updates}
    found = []
    for number, one in enumerate(ours.updates, 1):
        if one.page_id and one.page_id not in read:
            found.append(Difference(what=f"text {number}", ours=one.body, theirs="deleted"))
        elif one.page_id and read[one.page_id].strip() != one.body.strip():
            theirs_now = read[one.page_id]
            found.append(Difference(what=f"text {number}", ours=one.body, theirs=theirs_now))
    mine = {one.page_id for one in ours.updates}
    if all(one.page_id for one in ours.updates):
        found += [
            Difference(what="another text", ours="not ours", theirs=body)
            for page_id, body in read.items()
            if page_id not in mine
        ]
    return found
