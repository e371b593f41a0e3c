"""The product as a stranger meets it: `signalbox demo` as a process, and a headless Chromium.

The browser lives for one module only: Playwright's loop must not run under asyncio tests.
"""

from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser

from sandbox.browser import Window, browser, chromium, demo
from tests.support.redis import missing


class Opens(Protocol):
    def __call__(self, user: str) -> Window: ...


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    binary = chromium()
    if binary is None:
        missing("chromium (apt-get install chromium)")
    with browser(binary) as started:
        yield started


@pytest.fixture
def window(chrome: Browser) -> Iterator[Opens]:
    """Open windows on a fresh workspace; none may have met an error of the page."""
    with demo() as address:
        opened: list[Window] = []

        def open_as(user: str) -> Window:
            opened.append(Window(chrome, address, user))
            return opened[-1]

        yield open_as
        complaints = [each for one in opened for each in one.complaints]
        for one in opened:
            one.close()
    assert not complaints
