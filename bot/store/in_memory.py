"""The memory of one run in one process, without a server; it ends with the process.

It keeps what runs need: documents with their versions, indices and references. What is owed to the
outside is kept in `owed` and delivered by nobody; timers ring by nobody.
"""

from collections import defaultdict
from collections.abc import Sequence

from bot.domain.change import Change
from bot.domain.incident import Incident, TimelineLine
from bot.domain.outbox import Entry, LaneStatus
from bot.errors import NotFound, Stale


class InMemory:
    """bot.ports.Memory for one process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._documents: dict[tuple[str, str], tuple[int, str]] = {}
        self._marks: dict[str, dict[str, float]] = defaultdict(dict)
        self._refs: dict[str, dict[str, str]] = defaultdict(dict)
        self._numbers: dict[tuple[str, str], int] = {}
        self._lines: dict[str, list[TimelineLine]] = defaultdict(list)
        self.owed: list[Entry] = []

    async def commit(self, change: Change) -> None:
        """Do all of `change`, or nothing; raises Stale as the port says."""
        for put in change.puts:
            self._must_be_at(put.kind, put.id, put.version - 1)
        for check in change.checks:
            self._must_be_at(check.kind, check.id, check.version)
        for put in change.puts:
            self._documents[put.kind, put.id] = (put.version, put.body)
        for mark in change.marks:
            self._marks[mark.index].pop(mark.member, None)
            if mark.score is not None:
                self._marks[mark.index][mark.member] = mark.score
        for subject, refs in change.refs.items():
            self._refs[subject].update(refs)
        for incident, lines in change.lines.items():
            self._lines[incident] += lines
        self.owed += change.entries

    async def number(self, sequence: str, intent_id: str) -> int:
        """Return the next number of a sequence; the same intent gets the same."""
        taken = sum(known == sequence for known, _ in self._numbers)
        return self._numbers.setdefault((sequence, intent_id), taken + 1)

    async def incident(self, incident_id: str) -> Incident:
        """Return the incident; NotFound when there is none."""
        body = await self.document("incident", incident_id)
        if body is None:
            message = f"There is no incident {incident_id}."
            raise NotFound(message)
        return Incident.model_validate_json(body)

    async def incidents(self, ids: Sequence[str]) -> list[Incident]:
        """Return those that exist, in the order asked."""
        found = await self.documents("incident", ids)
        return [Incident.model_validate_json(body) for body in found]

    async def document(self, kind: str, document_id: str) -> str | None:
        """Return the JSON of a stored document; None when there is none."""
        found = self._documents.get((kind, document_id))
        return found[1] if found else None

    async def documents(self, kind: str, ids: Sequence[str]) -> list[str]:
        """Return the JSON of those that exist, in the order asked."""
        found = [self._documents.get((kind, one)) for one in ids]
        return [one[1] for one in found if one]

    async def marked(self, index: str, *, newest_first: bool = True, limit: int = 200) -> list[str]:
        """Return the members of an index by score."""
        scores = self._marks[index]
        return sorted(scores, key=scores.__getitem__, reverse=newest_first)[:limit]

    async def refs(self, incident_id: str) -> dict[str, str]:
        """Return its references; "" has removed one."""
        return {name: value for name, value in self._refs[incident_id].items() if value}

    async def incident_of_channel(self, channel: str) -> str | None:
        """Return the incident whose reference `channel` this is."""
        found = (one for one, refs in self._refs.items() if refs.get("channel") == channel)
        return next(found, None)

    async def timeline(self, incident_id: str) -> list[TimelineLine]:
        """Return all lines, oldest first."""
        return list(self._lines[incident_id])

    async def failing_lanes(self, incident_id: str) -> list[LaneStatus]:
        """Return none: nothing is delivered."""
        del incident_id
        return []

    def _must_be_at(self, kind: str, document_id: str, version: int) -> None:
        stored, _ = self._documents.get((kind, document_id), (-1, ""))
        if stored != version:
            message = f"{kind} {document_id} is at {stored}, not {version}."
            raise Stale(message)


class InMemoryOutput:
    """bot.ports.Output for one process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._pieces: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))

    async def append(self, run: str, step: str, text: str, number: str) -> bool:
        """Keep a piece; one that comes again adds nothing."""
        self._pieces[run][step].setdefault(number, text)
        return True

    async def tail(self, run: str, step: str, characters: int) -> str:
        """Return the last `characters` of what a step said."""
        return self._said(run, step)[-characters:]

    async def whole(self, run: str) -> str:
        """Return everything, each step under a heading line."""
        return "".join(f"== {step}\n{self._said(run, step)}" for step in self._pieces[run])

    async def size(self, run: str) -> int:
        """Return how many characters a run has said."""
        return sum(len(self._said(run, step)) for step in self._pieces[run])

    def _said(self, run: str, step: str) -> str:
        pieces = self._pieces[run][step]
        return "".join(pieces[number] for number in sorted(pieces))
