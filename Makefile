# Every target works in a fresh clone with only Python, make and git: the first call creates .venv.
.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint format pictures clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# flytekit runs on Python up to 3.12, eagerc needs 3.11.
PYTHON ?= $(shell for python in python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)

PACKAGES := eagerc analyzers codegen
WORKERS ?= 2
DEMO := demo
DEMO_SAMPLE := samples/hyperparameter_sweep.py

help:  ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 with venv is needed; set PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[flyte,dev]'
	@touch $(READY)

demo: $(READY)  ## build and run a sample and draw its picture
	@echo "== eagerc build: $(DEMO_SAMPLE)"
	@$(BIN)/eagerc build $(DEMO_SAMPLE) -o $(DEMO)/build
	@echo "== eagerc run: sweep"
	@$(BIN)/eagerc run $(DEMO_SAMPLE) sweep --rates '[0.001, 0.01, 0.05, 0.1, 0.5]' --good_enough 0.1
	@$(BIN)/eagerc graph $(DEMO_SAMPLE):sweep -o $(DEMO)/sweep.svg
	@echo "== the picture lies in $(DEMO)/sweep.svg"

lint: $(READY)  ## check style, types and the architecture
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "not formatted: run 'make format'"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary --python-version 3.10 --package codegen.runtime
	@$(BIN)/lint-imports > $(VENV)/contracts.log 2>&1 || { cat $(VENV)/contracts.log; exit 1; }

test: lint  ## everything that a commit must pass
	@$(BIN)/pytest --quiet -m "not slow" -n $(WORKERS) --cov --cov-report=term --cov-fail-under=90

test-slow: $(READY)  ## what installs packages, runs on a loopback Flyte, or starts many processes
	@$(BIN)/pytest --quiet -m slow -n $(WORKERS) --dist loadfile

format: $(READY)  ## mend layout and what ruff can mend
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

pictures: $(READY)  ## draw the pictures of the documentation anew
	@$(BIN)/eagerc graph $(DEMO_SAMPLE):sweep -o docs/sweep.svg

clean:  ## remove everything that the other targets made
	@rm -rf $(VENV) $(DEMO) build dist htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .grimp_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
