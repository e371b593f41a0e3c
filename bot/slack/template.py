"""An entry's arguments at the moment of delivery: `$ref` and `$view` are filled in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.domain.outbox import Entry
from bot.errors import Rejected
from bot.slack.outcomes import sentence

Renderer = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any] | None]]
"""Makes a message or view of the newest state; None: there is nothing left to say."""

_REF: Final = "$ref"
_VIEW: Final = "$view"
_GONE: Final = object()


class Obsolete(Exception):
    """A renderer found nothing left to say; the entry counts as delivered."""


async def filled(
    args: Mapping[str, Any],
    refs: Mapping[str, str],
    renderers: Mapping[str, Renderer],
    *,
    call: str,
) -> dict[str, Any]:
    """Return `args` ready for the call.

    `{"$ref": name}` becomes that reference; with `"optional": true` beside it a missing one takes
    its key along. `"$view": {"name": ..., ...}` is replaced by what that renderer makes of the
    rest, merged into the arguments beside it.

    Raises:
        Rejected: a reference is missing, or nobody knows the renderer.
        Obsolete: a renderer returned None.
    """
    plain = _referred(args, refs, call)
    done = {} if plain is _GONE else dict(plain)
    view = done.pop(_VIEW, None)
    if view is None:
        return done
    renderer = renderers.get(view.get("name", ""))
    if renderer is None:
        raise Rejected(sentence(call, "unknown_view"), code="unknown_view")
    made = await renderer(view)
    if made is None:
        raise Obsolete
    return done | made


def _referred(value: Any, refs: Mapping[str, str], call: str) -> Any:
    if isinstance(value, Mapping):
        if _REF in value:
            return _reference(value, refs, call)
        inner = {key: _referred(part, refs, call) for key, part in value.items()}
        return {key: part for key, part in inner.items() if part is not _GONE}
    if isinstance(value, list | tuple):
        parts = [_referred(part, refs, call) for part in value]
        return [part for part in parts if part is not _GONE]
    return value


def _reference(value: Mapping[str, Any], refs: Mapping[str, str], call: str) -> Any:
    name = value[_REF]
    if name in refs:
        return refs[name]
    if value.get("optional"):
        return _GONE
    msg = f"{sentence(call, 'missing_ref')} Missing: {name}."
    raise Rejected(msg, code="missing_ref")


def saved(saves: Mapping[str, str], answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the references that an answer gives: name -> the value at its dotted place."""
    found = {name: _at(answer, place) for name, place in saves.items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def without(entry: Entry, refs: Mapping[str, str]) -> dict[str, str]:
    """Return `without:NAME` for each reference that an entry waited for and went without."""
    names = (entry.after or "").split()
    return {f"without:{name}": "1" for name in names if name not in refs}


def _at(answer: Any, place: str) -> Any:
    for key in place.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(key)
        elif isinstance(answer, list) and key.isdigit() and int(key) < len(answer):
            answer = answer[int(key)]
        else:
            return None
    return answer
