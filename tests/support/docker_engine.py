"""A real Docker engine for tests."""
import os
import pytest
def need(found, what):
    if found: return
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{what} is missing, and CI must not skip this")
    pytest.skip(f"{what} is missing")
