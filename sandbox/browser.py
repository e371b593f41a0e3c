"""The sandbox page in a real Chromium, used as a person uses it: by browser tests and pictures."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

BINARIES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",  # letters of the same width on every machine
)
PATIENCE_MS = 15_000  # for a condition; a laptop under load is slow, a broken page is not quick
STOP_S = 15


def chromium() -> str | None:
    """Return where this machine has Chromium, None when it has none."""
    return next((found for name in BINARIES if (found := shutil.which(name))), None)


@contextmanager
def demo() -> Iterator[str]:
    """Run `signalbox demo` as its own process on free ports; give the address of its page.

    Raises:
        RuntimeError: it ended before it was ready; the message ends with what it logged.
    """
    command = [sys.executable, "-m", "bot", "demo"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603 - a fixed command
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def _address(process: subprocess.Popen[str], log: IO[str]) -> str:
    for line in process.stdout or ():
        if found := re.search(r"(http://\S+)/\?as=", line):
            return found[1]
    log.seek(0)
    message = f"the demo ended with {process.wait()}: {log.read()[-2000:]}"
    raise RuntimeError(message)


@contextmanager
def browser(binary: str) -> Iterator[Browser]:
    """Start a headless Chromium with a profile of its own; it ends with the block."""
    with sync_playwright() as driver:
        # Chromium's sandbox works neither for root nor in most containers; the page is our own.
        started = driver.chromium.launch(
            executable_path=binary, args=FLAGS, chromium_sandbox=False, headless=True
        )
        yield started
        started.close()


class Window:
    """One person's window on the workspace. Nothing in it sleeps: each step waits for its sight."""

    def __init__(self, browser: Browser, address: str, user: str, **options: Any) -> None:
        """Open the page as `user`; `options` are those of a browser context (size, colours)."""
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.goto(f"{address}/?as={user}")
        self.page.wait_for_selector("body[data-ready]")

    def close(self) -> None:
        """Close the window and forget its profile."""
        self.page.context.close()

    def at(self, testid: str) -> Locator:
        """Return what carries that data-testid."""
        return self.page.get_by_test_id(testid)

    def go(self, channel: str) -> None:
        """Open a channel of the sidebar by its name."""
        self.at(f"channel-{channel}").click()
        self.page.locator(".head-words").get_by_text(channel, exact=True).wait_for()

    def say(self, text: str) -> None:
        """Type into the composer and send."""
        self.at("composer").fill(text)
        self.at("send").click()

    def messages(self, *words: str, private: bool = False) -> Locator:
        """Return the messages of the open channel that show all of `words`, oldest first."""
        only = "[data-ephemeral=true]" if private else ""
        found = self.page.locator(f".main .message{only}")
        for each in words:
            found = found.filter(has_text=each)
        return found

    def press(self, action: str, inside: Locator | None = None) -> None:
        """Click the (first) button of an action id."""
        place = inside or self.page
        place.locator(f'button[data-action-id="{action}"]').first.click()

    def field(self, name: str) -> Locator:
        """Return the input of the open form that stands in that block."""
        return self.at("modal").locator(f'[data-block-id="{name}"] [data-action-id=value]')

    def fill(self, **fields: str) -> None:
        """Write into text fields of the open form."""
        for name, text in fields.items():
            self.field(name).fill(text)

    def choose(self, name: str, values: Sequence[str]) -> None:
        """Choose in a menu of the open form; more than one where it takes more."""
        self.field(name).click()
        for value in values:
            self.page.locator(f'.popover [role=option][data-value="{value}"]').click()
        if self.page.locator(".popover").count():
            self.page.keyboard.press("Escape")

    def tick(self, name: str, value: str) -> None:
        """Choose a radio button or tick a box of the open form."""
        self.field(name).locator(f'input[data-value="{value}"]').check()

    def submit(self) -> None:
        """Send the open form; it has to close."""
        self.at("modal-submit").click()
        self.at("modal").wait_for(state="detached")

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")
