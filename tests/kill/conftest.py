"""One zygote and one Redis for the whole suite; a stage is quick to set up then."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.stage import Stages
from tests.support.zygote import Zygote, zygote

DATABASES = 15  # of the server's 16; also how many trials run at once


@pytest.fixture(scope="session")
def mother() -> Iterator[Zygote]:
    with zygote() as started:
        yield started


@pytest.fixture
def stages(mother: Zygote, embedded_url: str) -> Iterator[Stages]:
    folder = Path(tempfile.mkdtemp(prefix="sb-kill-"))
    free: asyncio.Queue[int] = asyncio.Queue()
    for number in range(1, DATABASES + 1):
        free.put_nowait(number)
    yield Stages(mother, Path(embedded_url.removeprefix("unix://")), folder, free)
    shutil.rmtree(folder)
