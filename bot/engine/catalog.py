"""The catalog: every sound runbook, by id; what is wrong with the others."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.person import Role
from bot.domain.plan import Risk
from bot.domain.runbook import Runbook
from bot.engine.demands import USUAL
from bot.engine.lint import Linted, lint
from bot.engine.lint_policy import computed_risk
from bot.engine.lint_sheet import Finding, Known, Read, nearest
from bot.errors import Invalid, NotFound

READERS = (Role.VIEWER, Role.RESPONDER)
ASKERS = (Role.RESPONDER, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Listing:
    """A runbook that can be run. `risk` is what its actions can do, or more when declared so."""

    runbook: Runbook
    risk: Risk

    @property
    def changes(self) -> bool:
        """Whether it can touch anything."""
        return self.risk is not Risk.READ

    @property
    def policy(self) -> str:
        """The name of the approval policy it runs under."""
        return self.runbook.approval or USUAL[self.risk]

    @property
    def asked_by(self) -> tuple[Role, ...]:
        """The roles of which one is needed to ask for it."""
        return ASKERS if self.changes else READERS


class Catalog:
    """What can be run. Built once; a new one is loaded when files change."""

    def __init__(self, listings: Iterable[Listing], findings: Iterable[Finding] = ()) -> None:
        """Hold `listings` by id, and `findings` about files that are left out."""
        self._by_id = {one.runbook.id: one for one in listings}
        self.findings = tuple(findings)

    def all(self) -> tuple[Listing, ...]:
        """Return the listings by system and id."""
        found = self._by_id.values()
        return tuple(sorted(found, key=lambda one: (one.runbook.system, one.runbook.id)))

    def get(self, runbook_id: str) -> Listing:
        """Return one.

        Raises:
            NotFound: no such id; names the nearest.
            Invalid: its file has a mistake; says where.
        """
        found = self._by_id.get(runbook_id)
        if found is not None:
            return found
        for finding in self.findings:
            if Path(finding.file).stem == runbook_id:
                message = f"The runbook `{runbook_id}` has a mistake and cannot be run: "
                raise Invalid(message + finding.text)
        plain = "".join(sign for sign in runbook_id[:60] if sign.isprintable() and sign != "`")
        message = f"There is no runbook `{plain}`. {nearest(plain, list(self._by_id))}."
        raise NotFound(message)

    def for_system(self, system: str) -> tuple[Listing, ...]:
        """Return those of one system."""
        return tuple(one for one in self.all() if one.runbook.system == system)

    def may_run(self, roles: Collection[Role]) -> tuple[Listing, ...]:
        """Return what somebody with these roles may ask for."""
        return tuple(one for one in self.all() if set(one.asked_by) & set(roles))

    def search(self, words: str) -> tuple[Listing, ...]:
        """Return those in which every word occurs; where it says more comes first."""
        wanted = words.lower().split()
        scored = [(_score(one.runbook, wanted), one) for one in self.all()]
        found = [(score, one) for score, one in scored if score]
        return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))

    def suggested(
        self, alert: str, labels: Mapping[str, str], system: str | None = None
    ) -> tuple[tuple[Listing, dict[str, str]], ...]:
        """Return what an alert calls for, with the parameters that its labels fill. Never run."""
        found = []
        for one in self.all():
            suggest = one.runbook.suggest
            if system is not None and one.runbook.system != system:
                continue
            if not (suggest.alerts or suggest.labels):
                continue
            named = not suggest.alerts or alert in suggest.alerts
            if named and suggest.labels.items() <= labels.items():
                fill = {to: labels[label] for to, label in suggest.fill.items() if label in labels}
                found.append((one, fill))
        return tuple(found)


def load(files: Iterable[tuple[Path, str]], read: Read, known: Known) -> Catalog:
    """Return the catalog of these files: (path, text) of each YAML but system.yml.

    One bad file does not take the others away; it is in `findings`, and `get` says why.
    """
    return of_linted(lint(files, read, known), known)


def of_linted(linted: Linted, known: Known) -> Catalog:
    """Return the catalog of the sound files."""
    listings = []
    for sheet in linted.sound:
        said = sheet.runbook.model_dump(by_alias=True, round_trip=True)
        runbook = Runbook.model_validate({**said, "source": sheet.file})
        risks = (computed_risk(runbook, known), runbook.risk or Risk.READ)
        listings.append(Listing(runbook, max(risks, key=lambda one: one.rank)))
    return Catalog(listings, linted.findings)


def _score(runbook: Runbook, wanted: list[str]) -> int:
    """Return how well it fits; 0 when a word is missing."""
    places = (
        (8, runbook.id),
        (6, runbook.title),
        (4, " ".join(runbook.tags)),
        (3, f"{runbook.system} {' '.join(runbook.covers)}"),
        (2, runbook.summary),
        (1, " ".join((*runbook.actions, runbook.owner))),
    )
    total = 0
    for word in wanted:
        best = max((weight for weight, text in places if word in text.lower()), default=0)
        if not best:
            return 0
        total += best
    return total
