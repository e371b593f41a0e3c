"""One zygote and two Redis servers for the whole suite; a stage is quick to set up then."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedServer
from tests.kill.stage import Stages
from tests.support.zygote import Zygote, zygote

DATABASES = range(1, 13)  # of each server; as many trials run at once as there are


@pytest.fixture(scope="session")
def mother() -> Iterator[Zygote]:
    with zygote() as started:
        yield started


@pytest.fixture(scope="session")
def redises() -> Iterator[list[Path]]:
    folder = Path(tempfile.mkdtemp(prefix="sb-kill-"))
    servers = [EmbeddedServer(folder / name) for name in ("one", "two")]
    urls = [asyncio.run(server.start()) for server in servers]
    yield [Path(url.removeprefix("unix://")) for url in urls]
    for server in servers:
        asyncio.run(server.stop())
    shutil.rmtree(folder)


@pytest.fixture
def stages(mother: Zygote, redises: list[Path], tmp_path: Path) -> Stages:
    free: asyncio.Queue[tuple[Path, int]] = asyncio.Queue()
    for number in DATABASES:
        for redis in redises:
            free.put_nowait((redis, number))
    return Stages(mother, tmp_path, free)
