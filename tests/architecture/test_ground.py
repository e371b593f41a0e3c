"""What a fresh clone is told is true, and nothing generated is stale."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.config_files.schema import schemas

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".gz"}
# Each class holds one letter, so that this file does not find itself.
HOSTS = re.compile(r"py[p]i\.|python[h]osted|/[s]imple\b|[e]xtra-index|--index-ur[l]|find-link[s]")
PLACES = re.compile(r"/[r]oot/|/[w]ork/|/[U]sers/\w|/[h]ome/(?!signalbox)\w|/[o]pt/(py|wheel)")


def tracked() -> list[Path]:
    """Return the files of the repository, new ones included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - a fixed command
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("git is missing or this is no clone: apt install git")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_package_host_or_a_place_on_one_machine():
    """The lock installs from whatever index a machine is set up with."""
    found = []
    for path in tracked():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in HOSTS.finditer(text)]
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in PLACES.finditer(text)]
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "deploy/requirements.lock"])
def test_a_lock_holds_pins_and_hashes_only(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,]+\])?)==", text, re.MULTILINE)
    assert len(pins) > 30
    blocks = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n")[0])


def test_both_locks_pin_the_same_versions():
    pin = re.compile(r"^(\S+==\S+)", re.MULTILINE)
    everything = set(pin.findall((ROOT / "requirements.lock").read_text()))
    assert set(pin.findall((ROOT / "deploy/requirements.lock").read_text())) <= everything


def test_the_lock_holds_every_dependency_of_the_project():
    """A dependency that was added without `make lock` is found here, not on a fresh machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~ ;]", one)[0].lower().replace("_", "-") for one in wanted}
    pinned = set(
        re.findall(r"^([a-z0-9][\w.-]*)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    )
    assert names <= pinned


def test_readme_and_docs_name_only_make_targets_and_commands_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = {"demo", "run", "check", "audit", "backup", "restore", "manifest", "runbooks"}
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for block in code_of(page.read_text()):
            assert set(re.findall(r"(?:^|\s)make ([a-z-]+)", block)) <= targets, page.name
            used = re.findall(r"(?:^|/|\s)signalbox (?!:)([a-z]+)", block)
            assert set(used) <= commands, page.name


def code_of(markdown: str) -> list[str]:
    """Return fenced blocks and inline code, where commands stand."""
    fenced = re.findall(
        r"^```(?:sh|bash|console|text)?\n(.*?)^```", markdown, re.DOTALL | re.MULTILINE
    )
    rest = re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return fenced + re.findall(r"`([^`\n]+)`", rest)


def test_the_two_set_up_commands_are_in_the_readme():
    text = (ROOT / "README.md").read_text()
    assert "make demo" in text
    assert "make test" in text


def test_links_inside_the_docs_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_published_schemas_are_what_the_code_accepts():
    """Stale? `make generated` writes them."""
    for name, text in schemas().items():
        assert (ROOT / "docs/schemas" / name).read_text(encoding="utf-8") == text, name


def test_every_yaml_and_json_of_ours_can_be_read():
    for path in tracked():
        if path.suffix in {".yml", ".yaml"}:
            list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("arguments", [["lint-imports", "--no-cache"], ["manifest", "--check"]])
def test_the_import_rule_holds_and_the_manifest_is_fresh(arguments):
    tool, *rest = arguments
    beside = Path(sys.executable).parent / tool
    command = [str(beside), *rest] if beside.exists() else [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    assert done.returncode == 0, done.stdout + done.stderr
