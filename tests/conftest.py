"""Fixtures that more than one tree of tests uses; each is documented where it is made."""

pytest_plugins = ["tests.support.redis"]
