"""The public status page in a real browser: no accessibility errors, no sideways scrolling."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot.web.status.page import HtmlPage
from tests.statuspage.test_public import EMPTY, FULL

WIDTHS = (375, 1280)


@pytest.fixture(params=[(width, dark) for width in WIDTHS for dark in (False, True)], ids=str)
def reader(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[Page]:
    width, dark = request.param
    scheme = "dark" if dark else "light"
    context = chrome.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield context.new_page()
    context.close()


@pytest.mark.external
@pytest.mark.parametrize("shown", [FULL, EMPTY], ids=["full", "empty"])
def test_everybody_can_read_it(reader: Page, shown, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    file.write_text(HtmlPage().render(shown), encoding="utf-8")
    reader.goto(file.as_uri())
    found = Axe().run(reader)
    assert found.violations_count == 0, found.generate_report()
    assert reader.evaluate("document.documentElement.scrollWidth") <= reader.viewport_size["width"]
