"""Many commands, many layers, one shape."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "commands", "integrations", "sandbox")
SOURCES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
SCRIPTS = [path for name in ("tests", "bench") for path in sorted((ROOT / name).rglob("*.py"))]
PAGES = sorted((ROOT / "sandbox").rglob("*.js"))
CORE = [
    path for name in ("domain", "views") for path in sorted((ROOT / "bot" / name).rglob("*.py"))
]
LINES_MAX = 300
TEST_LINES_MAX = 450  # one port's contract, or one door's, in one place
CLOCK_AND_CHANCE = {"now", "utcnow", "today", "time", "monotonic", "uuid4", "urandom", "environ"}
VAGUE = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "base.py", "manager.py"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_fits_in_a_sitting_and_says_what_it_is(path):
    text = path.read_text()
    assert text.count("\n") <= LINES_MAX
    assert ast.get_docstring(ast.parse(text)), "a module says in its first line what it is"
    assert path.name not in VAGUE


@pytest.mark.parametrize("path", SCRIPTS + PAGES, ids=named)
def test_tests_and_pages_fit_in_a_sitting_too(path):
    assert path.read_text().count("\n") <= (TEST_LINES_MAX if path in SCRIPTS else LINES_MAX)


@pytest.mark.parametrize("path", CORE, ids=named)
def test_the_core_never_reads_the_clock_nor_draws_an_id(path):
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & CLOCK_AND_CHANCE


def test_nothing_but_bootstrap_imports_by_name():
    """What is loaded can be read off the imports; the commands are the one exception."""
    ours = [path for path in SOURCES if "sandbox" not in path.parts]
    users = [
        named(path) for path in ours if re.search(r"import_module|__import__", path.read_text())
    ]
    assert len(users) == 1
    assert users[0].startswith("bot/bootstrap")


def test_there_is_one_catch_all_in_the_bot():
    """Every other handler names what it can put right; the rest gets a reference id."""
    catching = {
        named(path)
        for path in SOURCES
        if path.parts[len(ROOT.parts)] in {"bot", "commands", "integrations"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and not _passes_on(node)
    }
    assert catching == {"bot/boundary.py"}


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether it only tidies up: its last statement is a bare `raise`."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _catches_all(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds
    )


@pytest.mark.parametrize("path", SOURCES + SCRIPTS, ids=named)
def test_every_exception_to_a_rule_gives_its_reason(path):
    """`noqa: X - why` and `type: ignore[x]  # why`, on the line."""
    bare = [
        f"{named(path)}:{token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT and _is_bare(token.string)
    ]
    assert not bare


def _is_bare(comment: str) -> bool:
    if "noqa" in comment:
        return not re.search(r"noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\s*(-+|#|—|\()\s*\w", comment)
    if re.search(r"type:\s*ignore", comment):
        return not re.search(r"type: ignore\[[a-z, -]+\]\s*#\s*\w", comment)
    return "pragma: no cover" in comment and not re.search(r"no cover\s*(-|#)\s*\w", comment)


def test_every_integration_has_the_one_shape():
    for folder in sorted((ROOT / "integrations").iterdir()):
        if folder.is_dir() and folder.name != "__pycache__":
            names = {path.name for path in folder.glob("*.py")}
            assert {"__init__.py", "client.py", "actions.py"} <= names, folder.name
