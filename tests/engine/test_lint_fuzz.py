"""Whatever stands in a file, the linter answers with findings and never with a traceback."""

import copy

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.kit import CHANGING, HEAD, READING, linted
from tests.engine.lint_cases import LATER, REPEATED
from tests.engine.test_planner import PRE, SCALE

WHOLES = [yaml.safe_load(HEAD.format(id="a-runbook") + text)
          for text in (READING, CHANGING, SCALE, PRE + CHANGING, REPEATED, LATER)]  # fmt: skip
ODD = st.one_of(
    st.text(alphabet="{}$.[]()'\"<>=! abcdefgimnoprstw0123456789-_^\\n", max_size=30),
    st.integers(-5, 10**6),
    st.booleans(),
    st.none(),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.sampled_from(["{steps.now.replicas}", "{item}", "{system.urls}", "toy.post", "{service}",
                     "{replicas} > 1", "{a} in [b", "1 == 1", "1h", "probe", "toy.services"]),
)  # fmt: skip


def places(value, path=()):
    """Yield the path of everything inside `value`."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in pairs:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_one_odd_value_anywhere(tmp_path, data):
    whole = copy.deepcopy(data.draw(st.sampled_from(WHOLES)))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(whole))))
        inner = whole
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = copy.deepcopy(data.draw(ODD))
    file = tmp_path / "a-runbook.yml"
    file.write_text(yaml.safe_dump(whole))
    for finding in linted(file).findings:
        assert finding.line >= 1
        assert finding.cause
        assert finding.cure
        assert "\n" not in finding.text
