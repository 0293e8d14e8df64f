# The README's commands. Each works on a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BENCH_INSTALLED := $(VENV)/.bench-installed

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long lint bench bench-load bench-web fuzz-api docs screenshots messages

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# Compiled here, since many a process cannot: where the code is another user's, or PYTHONDONTWRITEBYTECODE is set.
install: $(INSTALLED) ## Make .venv with the project and its development tools
	@$(BIN)/python -m compileall -q app commands

$(INSTALLED): setup.cfg setup.py pyproject.toml constraints.txt $(wildcard app/sheets/compiled/*.p[xy]*)
	$(PYTHON) -m venv $(VENV)
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(INSTALLED)

demo: install ## Try everything on a SQLite file of its own
	@sh examples/demo.sh

test: install ## Run the tests; some need MariaDB (TEST_MYSQL_URL) and Redis (TEST_REDIS_URL)
	@$(BIN)/python -m tests.servers
	$(BIN)/pytest -n auto -m "not long"

test-long: install ## Run the tests that take minutes, which `make test` leaves out
	$(BIN)/pytest -n auto -m long

lint: install ## Check form, style, types and scripts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/flask script lint

bench: $(BENCH_INSTALLED) ## Time reading, importing and exporting beside others; ONLY=read needs no MariaDB, SIZES="10000 100000" chooses the rows
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(SIZES)

bench-load: install ## Put the console under load, with its pool of connections and without; needs MariaDB's server
	$(BIN)/python -m benchmarks.web_load

bench-web: install ## Time the API under gunicorn, and the queue; ONLY=requests or ONLY=queue; needs MariaDB's server and Redis's
	$(BIN)/python -m benchmarks.web $(if $(ONLY),--only $(ONLY))

fuzz-api: install ## Ask the API for all that its specification allows and forbids; CASES=1000 makes it longer, SEED=8 different
	$(BIN)/python -m tests.fuzz.api $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED))

# What is measured beside ours is 300 MB, and nothing else needs it.
$(BENCH_INSTALLED): $(INSTALLED)
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	touch $(BENCH_INSTALLED)

messages: install ## Collect the console's sentences into the Chinese catalogue, and compile it
	cd app && ../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --no-location --sort-output -o ../$(VENV)/messages.pot .
	cd app && ../$(BIN)/pybabel -q update -i ../$(VENV)/messages.pot -d translations -l zh_CN --no-fuzzy-matching --ignore-obsolete
	$(BIN)/pybabel -q compile -d app/translations

docs: install ## Write docs/cli.md from the help of the commands
	$(BIN)/python docs/make_cli.py

screenshots: install ## Take a picture of every page of the console, into docs/screenshots/; needs chromium
	$(BIN)/python -m tests.browser.screenshots
