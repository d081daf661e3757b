# `make run` and `make test` do all their own set-up; they need Python 3.11 or newer, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One copy of the embedded model's weights serves the tests and every home in this checkout.
export RALEX_MODELS ?= $(CURDIR)/.home/models
WORKERS ?= 2

.PHONY: run test lint types contracts tests bench soak fuzz lock snapshots clean help

help:  ## What there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/'

run: $(VENV)/.run  ## Start the app; with no key set, the embedded model answers
	@$(BIN)/ralex local install
	@$(BIN)/ralex

test: lint types contracts tests  ## Everything that must be green

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

tests: $(VENV)/.dev
	$(BIN)/ralex local install
	$(BIN)/python -m pytest -n $(WORKERS)

bench: $(VENV)/.dev  ## Measure speed, memory and scale
	$(BIN)/ralex local install
	$(BIN)/python -m bench

fuzz: $(VENV)/.dev  ## 100,000 hostile texts through the transcript, the ledger against a model for a million steps: about an hour
	$(BIN)/python -m tests.fuzz 100000
	RALEX_FUZZ_STEPS=1000000 $(BIN)/python -m pytest -n $(WORKERS) tests/services/test_ledger_machine.py

soak: $(VENV)/.dev  ## Kill 10,000 processes, spend at a limit, chat among random kills, chat all day: about an hour
	$(BIN)/ralex local install
	$(BIN)/ralex selftest --kills 10000 --spenders 8 --requests 1000 --seeds 20
	$(BIN)/python -m tests.soak kills 600
	$(BIN)/python -m tests.soak long 2500

snapshots: $(VENV)/.dev  ## Accept how the screens look now, after looking at them
	$(BIN)/python -m pytest tests/ui --snapshot-update

lock: $(VENV)/.dev  ## Resolve the dependencies anew, with hashes
	$(PIP) install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra local --extra build $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra local --extra build --extra dev $(LOCK) -c requirements.lock -o requirements-dev.lock
LOCK := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module here; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock pyproject.toml
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(PIP) install -q --require-hashes -r requirements-dev.lock
	@# CommonMark's examples lie in the source of the parser's release; the lock has its hash.
	@grep -A2 '^markdown-it-py==' requirements-dev.lock > $(VENV)/markdown-it-py.lock
	$(PIP) download -q --no-deps --no-binary :all: --require-hashes -r $(VENV)/markdown-it-py.lock -d $(VENV)/sources
	@touch $@

clean:  ## Remove what make has made
	rm -rf $(VENV) .home dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
