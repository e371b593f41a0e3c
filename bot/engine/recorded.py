"""A world that answers by heart: every action's stand-in says what was recorded for it.

A read takes the next answer that fits. A changing action plans by the answer that its run will
take, so the plan stands still until the run. Nothing is reached, and no client is made.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.action import Action, ActionSet, Call, Context, Params, Planned, Probe, Result
from bot.domain.trial import Recorded
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.integration import Integration


class RecordedWorld:
    """Answers, and keeps what was asked. `made` are the texts of the changing calls, in order."""

    def __init__(self, answers: Iterable[Recorded]) -> None:
        """Answer by these, in their order."""
        self._answers = tuple(answers)
        self._used: Counter[int] = Counter()
        self.made: list[str] = []
        self.missing: list[str] = []

    @property
    def unused(self) -> tuple[int, ...]:
        """The places of the answers that nobody asked for."""
        return tuple(place for place in range(len(self._answers)) if not self._used[place])

    def stand_in(self, real: Integration) -> Integration:
        """Return an integration with the same actions, which reach nothing."""
        actions: ActionSet[None] = ActionSet(real.name)
        for name, action in real.actions.actions.items():
            actions.actions[name] = self._action(action)
        return Integration(real.name, lambda _settings: None, actions, _check, _close)

    def _action(self, real: Action) -> Action:
        reads = None if real.read is None else self._read(real)
        if real.run is None:
            return replace(real, read=reads)
        return replace(
            real,
            read=reads,
            run=self._run(real),
            planning=self._plan(real),
            probing=None if real.probing is None else self._probe(real),
            undoing=None if real.undoing is None else self._undo(real),
        )

    def _read(self, real: Action) -> Callable[[None, Params, Context], Awaitable[Result]]:
        async def read(_client: None, params: Params, context: Context) -> Result:
            return _outcome(self._taken(real, params, context))

        return read

    def _plan(self, real: Action) -> Callable[[None, Params, Context], Awaitable[Planned]]:
        async def plan(_client: None, params: Params, context: Context) -> Planned:
            said = self._answers[self._next(real, params, context)].plan
            if said is None:
                self.missing.append(f"{real.name} changes something, and its `plan` is missing")
                message = f"No plan is recorded for {real.name}."
                raise Rejected(message)
            return Planned(
                targets=said.targets,
                calls=tuple(Call(target="", text=text) for text in said.calls),
                diffs=said.diffs,
                captured=said.captured,
            )

        return plan

    def _run(self, real: Action) -> Callable[[None, Params, Planned, Context], Awaitable[Result]]:
        async def run(_client: None, params: Params, planned: Planned, context: Context) -> Result:
            answer = self._taken(real, params, context)
            if answer.silent is None:
                self.made += [call.text for call in planned.calls]
            return _outcome(answer)

        return run

    def _probe(self, real: Action) -> Callable[[None, Params, Planned, Context], Awaitable[Probe]]:
        async def probe(_client: None, params: Params, planned: Planned, context: Context) -> Probe:
            del planned
            happened = self._last(real, params, context).happened
            if happened is None:
                return Probe.UNKNOWN
            return Probe.DONE if happened else Probe.NOT_DONE

        return probe

    def _undo(self, real: Action) -> Callable[[None, Params, Planned, Context], Awaitable[Result]]:
        async def undo(_client: None, params: Params, planned: Planned, context: Context) -> Result:
            del planned
            fails = self._last(real, params, context).undo_fails
            if fails is not None:
                raise Rejected(fails)
            step = _step(context)
            self.made.append(f"undo {step}")
            return Result(summary=f"{step} is undone")

        return undo

    def _taken(self, real: Action, params: Params, context: Context) -> Recorded:
        place = self._next(real, params, context)
        self._used[place] += 1
        return self._answers[place]

    def _next(self, real: Action, params: Params, context: Context) -> int:
        """Return the place of the answer to give now."""
        fitting = self._fitting(real, params, context)
        for place in fitting:
            times = self._answers[place].times or (None if place == fitting[-1] else 1)
            if times is None or self._used[place] < times:
                return place
        said = f"{real.name} {_given(params)} of step `{_step(context)}`"
        self.missing.append(f"no answer is recorded for {said}")
        message = f"No answer is recorded for {said}."
        raise Rejected(message)

    def _last(self, real: Action, params: Params, context: Context) -> Recorded:
        """Return the answer that was given last."""
        used = [one for one in self._fitting(real, params, context) if self._used[one]]
        return self._answers[used[-1] if used else self._next(real, params, context)]

    def _fitting(self, real: Action, params: Params, context: Context) -> list[int]:
        given, step = _given(params), _step(context)
        names = (None, step, step.rpartition(".")[0] or step)  # `each.2` answers to `each` too
        return [
            place
            for place, one in enumerate(self._answers)
            if one.uses == real.name and one.step in names and _fits(one.with_, given)
        ]


def _outcome(answer: Recorded) -> Result:
    if answer.fails is not None:
        raise Rejected(answer.fails)
    if answer.silent is not None:
        raise Unavailable(answer.silent)
    if answer.lost is not None:
        raise OutcomeUnknown(answer.lost)
    return Result(summary=answer.summary or "as recorded", data=answer.answers or {})


def _given(params: Params) -> dict[str, Any]:
    return params.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _fits(wanted: Mapping[str, Any] | None, given: Mapping[str, Any]) -> bool:
    return all(given.get(name, _ABSENT) == value for name, value in (wanted or {}).items())


_ABSENT: Any = object()


def _step(context: Context) -> str:
    return context.step_key.removesuffix("/current").rpartition("/")[2]


async def _check(_client: None) -> str:
    return "recorded"


async def _close(_client: None) -> None:
    """Nothing was opened."""
