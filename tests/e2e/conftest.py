"""The product as a stranger meets it: `signalbox demo` as a process, and a headless Chromium.

The browser lives for one module only: Playwright's loop must not run under asyncio tests.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from sandbox.browser import PATIENCE_MS, Window, browser, chromium, demo
from tests.support.redis import missing

Opens = Callable[[str], Window]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    binary = chromium()
    if binary is None:
        missing("chromium (apt-get install chromium)")
    with browser(binary) as started:
        yield started


@pytest.fixture(scope="module")
def workspace() -> Iterator[str]:
    """The address of one demo that tests share; each tells its incidents by their titles."""
    with demo() as address:
        yield address


@pytest.fixture
def fresh_workspace() -> Iterator[str]:
    """The address of a demo in which nothing has happened."""
    with demo() as address:
        yield address


@pytest.fixture
def open_at(chrome: Browser) -> Iterator[Callable[[str, str], Window]]:
    """Open a window; at the end none of them may have met an error of the page."""
    opened: list[Window] = []

    def open_one(address: str, user: str) -> Window:
        opened.append(Window(chrome, address, user))
        return opened[-1]

    yield open_one
    complaints = [each for one in opened for each in one.complaints]
    for one in opened:
        one.close()
    assert not complaints


@pytest.fixture
def window(workspace: str, open_at: Callable[[str, str], Window]) -> Iterator[Opens]:
    """Open a window on the shared workspace as somebody; at the end Slack behaves again."""
    opened: list[Window] = []

    def open_as(user: str) -> Window:
        opened.append(open_at(workspace, user))
        return opened[-1]

    yield open_as
    opened[0].page.request.post(f"{workspace}/ui/faults", data={"clear": True})
