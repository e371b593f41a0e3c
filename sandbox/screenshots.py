"""Pictures of the docs, taken from a story played in `signalbox demo`.

`python -m sandbox.screenshots FOLDER`, or `make screenshots`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator

from sandbox.browser import Window, browser, chromium, demo

WIDE = 1280
TITLE = "AI chat is slow"
ROOM = "inc-00001-ai-chat-is-slow"
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
        resolve(ann, folder / "resolved.png")
        look_home(ann, folder / "home.png")
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
    ann.messages("drain node-3").wait_for()
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
    take(ann, picture, height=1240, top=card(ann))


def resolve(ann: Window, picture: Path) -> None:
    """End it, and see what everybody sees."""
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
    announced = ann.messages("SEV1", TITLE).first
    announced.get_by_text("Resolved").wait_for()
    take(ann, picture, height=1000, top=announced)


def look_home(ann: Window, picture: Path) -> None:
    """Open the App Home the next night: two incidents are open, and a task waits."""
    ann.go("general")
    ann.say("/incident declare sev2 payments fail --system ai-pipeline")
    ann.go("inc-00002-payments-fail")
    ann.press("incident.role:commander", card(ann))
    ann.say("/incident task add ask the bank for its status @ann")
    ann.messages("ask the bank").wait_for()
    ann.say("/incident declare sev3 search index is stale")
    ann.at("channel-inc-00003-search-index-is-stale").wait_for()
    ann.at("app").click()
    ann.at("home").get_by_text("INC-00003").first.wait_for()
    ann.at("home").get_by_text("ask the bank").wait_for()
    take(ann, picture, height=620)


def card(person: Window) -> Locator:
    """Return the pinned card of the channel that is open."""
    return person.page.locator(".main .message.pinned")


def take(
    person: Window,
    picture: Path,
    what: Locator | None = None,
    *,
    height: int = 900,
    top: Locator | None = None,
) -> None:
    """Save `what`, else the page with `top` at its upper end; no pointer, no cursor in it.

    Raises:
        ValueError: the file is too large for a repository.
    """
    page = person.page
    page.set_viewport_size({"width": WIDE, "height": height})
    page.mouse.move(WIDE / 2, 4)
    if top is not None:
        top.evaluate("node => node.scrollIntoView({block: 'start'})")
        page.evaluate("() => document.activeElement.blur()")
    made = (what or page).screenshot(path=picture, animations="disabled")
    sys.stdout.write(f"{picture}  {len(made) // 1000} kB\n")
    if len(made) > BYTES_MAX:
        message = f"{picture} has {len(made)} bytes; the most is {BYTES_MAX}"
        raise ValueError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
