"""Which procedures of an inventory have a runbook."""

import json
from collections.abc import Mapping

from bot.domain.values import Value
from bot.engine.catalog import Catalog
from bot.errors import Invalid


class Covered(Value):
    """One procedure; `runbooks` are the ids that cover it."""

    id: str
    title: str
    system: str
    risk: str
    approval: str
    runbooks: tuple[str, ...]


class Coverage(Value):
    """All procedures, in the inventory's order; `strangers` are covered ids it does not have."""

    procedures: tuple[Covered, ...]
    strangers: tuple[tuple[str, str], ...] = ()  # (runbook, id)

    @property
    def done(self) -> int:
        """How many have a runbook."""
        return sum(1 for one in self.procedures if one.runbooks)


def coverage(inventory: str, catalog: Catalog) -> Coverage:
    """Return what is covered; `inventory` is the text of inventory.json.

    Raises:
        Invalid: it is no inventory.
    """
    rows = _rows(inventory)
    by: dict[str, list[str]] = {}
    for one in catalog.all():
        for covered in one.runbook.covers:
            by.setdefault(covered, []).append(one.runbook.id)
    known = {row["id"] for row in rows}
    return Coverage(
        procedures=tuple(
            Covered(
                **{key: str(row.get(key, "")) for key in _KEYS},
                runbooks=tuple(by.get(row["id"], ())),
            )
            for row in rows
        ),
        strangers=tuple(
            (runbook, covered)
            for covered, runbooks in sorted(by.items())
            if covered not in known
            for runbook in runbooks
        ),
    )


def procedure_ids(inventory: str) -> frozenset[str]:
    """Return the ids of all procedures, for `Known.inventory`; Invalid when it is no inventory."""
    return frozenset(row["id"] for row in _rows(inventory))


_KEYS = ("id", "title", "system", "risk", "approval")


def _rows(inventory: str) -> list[Mapping[str, str]]:
    try:
        rows = json.loads(inventory)
    except ValueError as error:
        message = f"The inventory is no JSON ({error})."
        raise Invalid(message) from error
    fits = isinstance(rows, list) and all(isinstance(row, dict) and "id" in row for row in rows)
    if not fits:
        message = "The inventory must be a list of procedures with an `id` each."
        raise Invalid(message)
    return list(rows)
