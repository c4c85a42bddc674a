# Two commands do everything: make demo, make test. Needs only Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/test
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-sqlite test-postgres lint format bench check lock clean

help: ## Show what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Madoguchi needs (once, about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what development needs (once, about two minutes) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## Start the platform with Tokyo's pack and sample residents (ARGS=--check runs it once and stops)
	@$(BIN)/madoguchi demo $(ARGS)

test: test-sqlite test-postgres ## Run every test on SQLite, then what touches the database on PostgreSQL

test-sqlite: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 -m "not postgres" $(ARGS)

test-postgres: $(VENV)/.dev
	@if $(BIN)/python -c "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3)" $(POSTGRES_URL) 2>/dev/null; then \
		DATABASE_URL=$(POSTGRES_URL) $(BIN)/python -m pytest -n 2 -m "not browser" --ignore=tests/engines \
			--ignore=tests/site/test_demo.py --ignore-glob='tests/site/test_identity_*' $(ARGS); \
	elif [ -n "$$MADOGUCHI_TEST_NO_SKIP" ]; then echo "PostgreSQL does not answer at $(POSTGRES_URL)"; exit 1; \
	else echo "Skipped: PostgreSQL does not answer at $(POSTGRES_URL); set POSTGRES_URL to run these tests."; fi

lint: $(VENV)/.dev ## Check style, types and the storeys of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure the main functions (prints JSON; see docs/performance.md)
	@for script in benchmarks/[a-z]*.py; do echo "== $$script" >&2; $(BIN)/python $$script || exit 1; done

check: lint test ## Everything that must hold before a change lands

lock: ## Pin the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements.lock
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements-dev.lock

clean: ## Remove the environment and the demonstration's data
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
