"""The same worlds as the scenarios, and what people do with texts for customers."""

import httpx
import pytest

from tests.scenario.conftest import at, checked, log, scenes, still  # noqa: F401 -- fixtures

SYSTEM = "--system mcp-cortex"


class Visitor:
    """A customer in front of the built-in page."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient() as http:
            return await http.get(f"{self.url}/status{path}", headers=headers)

    async def summary(self) -> dict:
        return (await self.get("/api/v2/summary.json")).json()

    async def component(self) -> str:
        [one] = (await self.summary())["components"]
        return one["status"]


@pytest.fixture
def visitor(still):  # noqa: F811 -- the fixture
    return Visitor(still.url)
