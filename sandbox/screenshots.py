"""Pictures of the docs, taken from a story played in `signalbox demo`.

`python -m sandbox.screenshots FOLDER`, or `make screenshots`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator

from sandbox.browser import Window, browser, chromium, demo

WIDE = 1280
TITLE = "AI answers take 20 seconds"
ROOM = "inc-00001-ai-answers-take-20-seconds"
BYTES_MAX = 250_000  # everybody who clones the project fetches them


def main(arguments: Sequence[str]) -> int:
    """Take all pictures; return the exit code."""
    binary = chromium()
    if binary is None:
        sys.stderr.write("No Chromium here. Debian: apt-get install chromium fonts-lato\n")
        return 1
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as address, browser(binary) as chrome:
        ann, bob = (Window(chrome, address, user) for user in ("U0ANN", "U0BOB"))
        declare(ann, folder / "declare-form.png")
        work(ann, bob, folder / "sandbox.png")
        look_home(ann, folder / "home.png")
        resolve(ann, folder / "resolved.png")
    return 0


def declare(ann: Window, picture: Path) -> None:
    """Fill the form in, and send it."""
    ann.say("/incident declare")
    ann.fill(
        title=TITLE,
        impact="One in ten customers sees a time-out in chat and search.",
        features="AI chat, semantic search",
        users="about 1,200",
    )
    ann.choose("severity", ["sev1"])
    ann.choose("system", ["mcp-cortex"])
    ann.choose("invite", ["U0BOB", "U0LEA"])
    ann.tick("health", "degraded")
    ann.field("title").focus()
    take(ann, picture, ann.at("modal"))
    ann.submit()


def work(ann: Window, bob: Window, picture: Path) -> None:
    """Claim, acknowledge, hand out a task, post an update."""
    for each in (ann, bob):
        each.go(ROOM)
    ann.messages("Incident Alert").wait_for()
    ann.press("incident.role:commander", card(ann))
    ann.messages("@Ann Ops is commander").wait_for()
    bob.press("incident.ack", card(bob))
    card(ann).get_by_text("@Bob Ops").wait_for()
    ann.say("/incident task add drain node-3 @bob")
    bob.press("incident.task:start")
    ann.messages("in progress").wait_for()
    ann.press("incident.update", card(ann))
    ann.tick("status", "identified")
    ann.fill(
        investigation="The embedding cache is cold since the 02:40 deploy.",
        mitigation="Rolling back to build 41; traffic moves off node-3.",
        eta="15 minutes",
    )
    ann.submit()
    ann.messages("Incident Update").wait_for()
    card(ann).get_by_text("Identified").wait_for()
    ann.page.set_viewport_size({"width": WIDE, "height": 1240})
    card(ann).evaluate("node => node.scrollIntoView({block: 'start'})")
    take(ann, picture)
    ann.page.set_viewport_size({"width": WIDE, "height": 900})


def look_home(ann: Window, picture: Path) -> None:
    """Open the App Home while two incidents are open and a task waits."""
    ann.say("/incident task add write to the ten largest customers @ann")
    ann.messages("ten largest customers").wait_for()
    ann.say("/incident declare sev3 search index is stale --system scrolluniversity")
    ann.at("channel-inc-00002-search-index-is-stale").wait_for()
    ann.at("app").click()
    ann.at("home").get_by_text("INC-00002").first.wait_for()
    ann.at("home").get_by_text("ten largest customers").wait_for()
    ann.page.set_viewport_size({"width": WIDE, "height": 640})
    take(ann, picture)
    ann.page.set_viewport_size({"width": WIDE, "height": 900})


def resolve(ann: Window, picture: Path) -> None:
    """End it, and see what everybody sees."""
    ann.go(ROOM)
    ann.press("incident.resolve", card(ann))
    ann.fill(
        root_cause="Build 42 dropped the warm-up of the embedding cache.",
        applied="Rolled back to build 41 and warmed the cache.",
        prevention="The deploy waits for a warm cache.",
    )
    ann.submit()
    ann.messages("Incident Resolved").wait_for()
    ann.go("incidents")
    ann.messages("replied to a thread", "Incident Resolved").wait_for()
    take(ann, picture)


def card(person: Window) -> Locator:
    """Return the pinned card of the channel that is open."""
    return person.page.locator(".main .message.pinned")


def take(person: Window, picture: Path, what: Locator | None = None) -> None:
    """Save what is to be seen, without a pointer over it.

    Raises:
        ValueError: the file is too large for a repository.
    """
    person.page.mouse.move(WIDE / 2, 4)
    person.page.evaluate("() => document.fonts.ready")
    made = (what or person.page).screenshot(path=picture, animations="disabled")
    sys.stdout.write(f"{picture}  {len(made) // 1000} kB\n")
    if len(made) > BYTES_MAX:
        message = f"{picture} has {len(made)} bytes; the most is {BYTES_MAX}"
        raise ValueError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
