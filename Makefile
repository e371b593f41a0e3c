# A fresh machine needs `make demo` and `make test`, nothing else: each builds .venv from
# requirements.lock with nothing but Python >= 3.11. CI and pre-commit call the same targets.
# Kept to what GNU Make 3.81 (macOS) and a POSIX shell understand.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/built-from.lock
NEWEST_FIRST := python3 python3.14 python3.13 python3.12 python3.11
# Asked only when the environment is built; `make PYTHON=/path/to/python3.12 test` overrides.
PYTHON ?= $(shell for p in $(NEWEST_FIRST); do \
  "$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && { command -v "$$p"; break; }; done)
PYTEST_ARGS ?=
# Two at a time, a file at a time: servers that a file starts are shared by its tests.
PARALLEL ?= -n 2 --dist loadfile
# Below these the suite is red; bot/domain is held at 100 %.
COVERAGE_FLOOR := 85

.DEFAULT_GOAL := help
.PHONY: help demo test kill lint format unit check bench screenshots generated lock clean

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(READY)  ## Start a whole workspace to try it in; prints the address to open
	@$(BIN)/python -m bot demo

test: lint  ## Everything that must be green
	$(BIN)/python -m pytest --ignore=tests/kill $(PARALLEL) --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/python -m coverage report --include='bot/domain/*' --fail-under=100 --show-missing
	$(BIN)/python -m coverage report --fail-under=$(COVERAGE_FLOOR) --skip-covered --format=total

# By themselves: real processes are killed at moments that a busy machine moves about.
kill: $(READY)  ## The kill suite: SIGKILL at every point, three replicas, a faulty Slack
	$(BIN)/python -m pytest tests/kill $(PYTEST_ARGS)

lint: $(READY)  ## Formatting, lint, types, import rule, manifest
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot manifest --check

unit: $(READY)  ## The tests that take seconds
	$(BIN)/python -m pytest tests/unit tests/architecture $(PYTEST_ARGS)

format: $(READY)  ## Put formatting and imports right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

check: $(READY)  ## The doctor: what is set up, what is missing, and the cure
	@$(BIN)/python -m bot check

bench: $(READY)  ## Benchmarks; they print ratios
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

screenshots: $(READY)  ## Take the pictures of docs/screenshots again (needs chromium)
	$(BIN)/python -m sandbox.screenshots docs/screenshots

generated: $(READY)  ## Write what follows from the code: manifest.yml, docs/schemas
	$(BIN)/python -m bot manifest
	$(BIN)/python -c 'from pathlib import Path; from bot.config_files.schema import write_schemas; \
	  write_schemas(Path("docs/schemas"))'

# The lock holds the build backend too, so that the project itself installs without a download.
lock: $(READY)  ## Write the lock files from pyproject.toml; UPGRADE=--upgrade moves to the newest
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@printf 'setuptools>=77\n' | $(BIN)/uv pip compile pyproject.toml - --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet $(UPGRADE) -o requirements.lock
	@printf 'setuptools>=77\n' | $(BIN)/uv pip compile pyproject.toml - --constraints requirements.lock \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	  -o deploy/requirements.lock

clean:  ## Remove what was built; the demo's data stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage

# Built anew only when the content of the lock changed, not when git touched the file.
$(READY): requirements.lock pyproject.toml
	@if [ -x $(BIN)/signalbox ] && cmp -s requirements.lock $(READY); then touch $(READY); else \
	  if [ -z "$(PYTHON)" ]; then \
	    echo "Signalbox needs Python 3.11 or newer with venv, and found none." >&2; \
	    echo "  Debian, Ubuntu: apt install python3 python3-venv    macOS: brew install python3" >&2; \
	    echo "  or name one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 2; fi; \
	  echo "Building $(VENV) with $(PYTHON) (once, and when requirements.lock changes)"; \
	  "$(PYTHON)" -m venv $(VENV) \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . \
	  && cp requirements.lock $(READY); fi
