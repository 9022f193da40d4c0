# Every target sets up what it needs; a second run costs nothing.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check schema deep bench lock clean

PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.complete

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP) ## Makes the environment in .venv and builds the explorer
	@$(BIN)/python scripts/build_explorer.py

$(SETUP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MentorHub needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## Serves with demo data on http://127.0.0.1:8000
	@$(BIN)/mentorhub demo

test: setup ## Passes all tests, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: $(SETUP) ## Checks format, lint, types, floors and known weaknesses
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit -q -c pyproject.toml -r src

schema: setup ## Prints the API into schema.graphql
	@$(BIN)/mentorhub schema > schema.graphql

deep: setup ## Runs the long searches for faults
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n auto --dist worksteal

bench: setup ## Measures, side by side
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@$(BIN)/python -m benchmarks

lock: $(SETUP) ## Pins the newest dependencies that fit
	@$(BIN)/python -m uv --version > /dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.txt
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -c requirements-dev.txt -o requirements.txt
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group bench -c requirements-dev.txt -o requirements-bench.txt

clean: ## Removes what was set up and built
	rm -rf .venv .setup dist src/mentorhub/web/explorer/dist
