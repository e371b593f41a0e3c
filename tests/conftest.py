"""Fixtures that more than one tree of tests uses; each is documented where it is made."""

import logging
from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["tests.support.redis"]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """What a test sets up for logging ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
