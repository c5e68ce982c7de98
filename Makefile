# The commands of this repository. `make demo` and `make test` need Python 3.11 and nothing else set up.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

# Public data sets, where a folder of them lies beside the repository; otherwise the user's own cache serves.
ifneq ($(wildcard ../shared/data/README.md),)
export UNEQUAL_DATA ?= $(abspath ../shared/data)
endif

.PHONY: help demo test check docs lock bench clean

help:
	@echo "make demo   install into $(VENV), make the company Meridian, run the whole job, say where to look"
	@echo "make test   install what the tests need and run them all"
	@echo "make check  the fast checks: style, types, rooms, docs"
	@echo "make docs   build what the docs take from the code"
	@echo "make bench  the benchmarks, side by side with their peers"
	@echo "make lock   resolve the pinned versions anew"

demo: $(VENV)/core
	$(BIN)/unequal demo

test: $(VENV)/all
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(VENV)/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/build_docs.py --check
	$(BIN)/python -m pytest tests/house

docs: $(VENV)/all
	$(BIN)/python tools/build_docs.py

bench: $(VENV)/all
	$(BIN)/python benchmarks/sources/run.py
	$(BIN)/python benchmarks/ledger/run.py
	$(BIN)/python benchmarks/ledger/allocation.py
	$(BIN)/python benchmarks/membership/run.py
	$(BIN)/python benchmarks/identity/run.py
	$(BIN)/python benchmarks/value/run.py
	$(BIN)/python benchmarks/answers/asking.py
	$(BIN)/python benchmarks/experiments/sequences.py --worlds 1000
	$(BIN)/python benchmarks/experiments/uplift.py
	$(BIN)/python benchmarks/live/predicates.py
	$(BIN)/python benchmarks/live/choosing.py
	$(BIN)/python benchmarks/live/ingest.py
	$(BIN)/python benchmarks/live/serving.py --customers 10000
	$(BIN)/python benchmarks/live/simulating.py
	$(BIN)/python benchmarks/live/visible.py --customers 10000
	$(BIN)/python benchmarks/live/routing.py --customers 10000

# Debian keeps the module that makes virtual environments in a package of its own; root may fetch it.
$(VENV)/bin/python:
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo "Python's venv module is missing: sudo apt-get install python3-venv"; exit 1; fi; }

$(VENV)/core: requirements/core.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Unequal and what it needs (a minute or two)"
	$(PIP) install --progress-bar on --require-hashes -r requirements/core.txt
	$(PIP) install --quiet --no-deps --editable .
	@touch $@

$(VENV)/all: requirements/all.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Unequal and what its tests need (a few minutes)"
	$(PIP) install --progress-bar on --require-hashes -r requirements/all.txt
	$(PIP) install --quiet --no-deps --editable .
	@touch $@ $(VENV)/core

# No index address may stand in a lock: whoever installs uses the index of his own machine.
lock:
	uv pip compile pyproject.toml --extra postgresql --extra spark --extra uplift --group test --group check --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --python-version 3.11 --quiet --output-file requirements/all.txt
	uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --constraint requirements/all.txt --quiet --output-file requirements/core.txt

clean:
	rm -rf $(VENV) meridian .mypy_cache .ruff_cache .pytest_cache .hypothesis
