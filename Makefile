# The commands of the project. They use the pip settings of whoever runs them.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c deploy/constraints.txt

# hundreds of processes import the same files: each is compiled once; what takes longest begins first (tests/conftest.py)
TESTS := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: demo serve test test-slow test-all lint bench fuzz openapi linux browser
.DEFAULT_GOAL := demo

demo: linux .venv/service ## three programs through the real service, and their diagnoses
	@$(BIN)/python examples/demo.py

serve: linux .venv/service ## the service on 127.0.0.1:8000 or WHYGRAD_BIND, until Ctrl-C
	@$(BIN)/python examples/demo.py serve

test: linux .venv/dev ## the tests of every change
	@$(TESTS) -m "not slow"

test-slow: linux browser .venv/dev ## what those leave out: whole services, browsers, programs of each rule, every case once more
	@$(TESTS) -m slow

test-all: test test-slow ## every test

lint: .venv/dev ## ruff, mypy and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: linux .venv/service ## speed and memory
	@$(BIN)/python -m bench

fuzz: linux .venv/fuzz ## files that are made to break the judge of uploads, for SECONDS=60
	@$(BIN)/python -m tests.fuzz -max_total_time=$(or $(SECONDS),60)

openapi: .venv/service ## write openapi.yaml anew
	@$(BIN)/python -m whygrad.web

linux:
	@test "$$(uname -s)" = Linux || { echo "Programs run in a sandbox that only Linux has; here the client works: \
	pip install . and whygrad check model.pt --input 1x3x224x224 --server URL. Or all of it in a Linux container: \
	docker run --rm -it -v \"$$PWD\":/src -w /src python:3.12 make demo" >&2; exit 1; }

browser: # the tests look at the pages with it; who has none, and may not install one, is told what was left out
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || test -n "$$CHROMIUM" || { \
	test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "installing chromium" >&2 && \
	apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	echo "No Chromium was found: the tests of the pages are left out." >&2

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/service: pyproject.toml deploy/constraints.txt | .venv/bin/python
	@echo "installing into .venv; torch is the large part" >&2
	@$(INSTALL) -e ".[service]"
	@touch $@

.venv/dev: .venv/service
	@$(INSTALL) -e ".[service,dev]"
	@touch $@

.venv/fuzz: .venv/dev
	@$(INSTALL) -e ".[fuzz]"
	@touch $@
