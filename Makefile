# `make` alone says what can be done. Every target does its own set-up, in this folder only.
# A fresh machine needs Python 3.11 or newer, make and a package index.

# Someone's own path or settings must not decide what is tested here.
unexport PYTHONPATH
# Without bytecode on disk every program would compile its libraries anew: 2 s of each run.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# The oldest Python that will do, so that nothing newer slips in. Shims may stand on the path and fail: each is run.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python \
	$$(pyenv root 2>/dev/null)/versions/3.1[1-9].*/bin/python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

BIN = .venv/bin
MADE = .venv/.made

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help setup demo play serve test features spec browser pictures unit faults mutation format lint types wheel bench bench-full requirements clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-13s %s\n' "$$name" "$$text"; done

setup: $(MADE) ## The environment in .venv; the other targets do this by themselves

# Made anew when the requirements change; a half-made one has no stamp and is made again.
$(MADE): requirements/test.txt requirements/checks.txt pyproject.toml setup.py
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer is needed, and none was found: install one, or name it: make PYTHON=/path/to/python"; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) will not do: Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make environments (no venv). On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; }
	@echo "== Setting up .venv with $$($(PYTHON) --version); this takes a minute, once"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install -qq --no-compile --require-hashes -r requirements/test.txt -r requirements/checks.txt
	@$(BIN)/pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

demo: $(MADE) ## Both journeys played to the end, then the refusals
	@$(BIN)/registratura demo

play: $(MADE) ## The portal, interactive, kept in a file; stop and resume as you like
	@$(BIN)/registratura play

serve: $(MADE) ## The portal in a browser, with stand-ins for Gosuslugi and a clinic, until Ctrl-C
	@$(BIN)/registratura serve

test: lint types features browser unit wheel ## Everything: what CI runs

features: $(MADE) ## The specification only: behave, in process and over HTTP
	@printf '\n== Specification: the rules for writing features\n'
	@$(BIN)/python -m registratura.features.spec.lint
	@printf '\n== Specification: every step is defined\n'
	@$(BIN)/behave --dry-run -f null --no-summary
	@printf '\n== Specification: behave, in process\n'
	@$(BIN)/behave -D ledger=build/ledger-engine.json
	@printf '\n== Specification: behave, on PostgreSQL\n'
	@$(BIN)/behave -D storage=postgresql -f null
	@printf '\n== Specification: behave, over HTTP\n'
	@$(BIN)/behave -D driver=http -D ledger=build/ledger-http.json
	@printf '\n== Specification: all that is declared is shown\n'
	@$(BIN)/python -m registratura.features.spec build/ledger-engine.json build/ledger-http.json

spec: $(MADE) ## The specification as a page for product owners, build/spec.html
	@$(BIN)/registratura spec

browser: $(MADE) ## The specification in the Chromium of this machine
	@printf '\n== Specification: behave, in Chromium\n'
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null || continue; \
		$(BIN)/behave -D driver=browser -D ledger=build/ledger-browser.json || exit 1; \
		$(BIN)/behave -f null --no-summary -D ledger=build/ledger-engine.json || exit 1; \
		$(BIN)/python -m registratura.features.spec --walks build/ledger-engine.json build/ledger-browser.json || exit 1; \
		printf '\n== Specification: behave, in Chromium, Gosuslugi reporting nothing, as in production\n'; \
		exec $(BIN)/behave -D driver=browser -D progress=no features/02_gosuslugi.feature; done; \
	echo "No Chromium is found here (apt-get install chromium): nothing is played in a browser."; \
	test -z "$$REGISTRATURA_DEMAND_BROWSER"

pictures: $(MADE) ## The pictures of the README, taken anew in Chromium
	@$(BIN)/python tests/support/pictures.py

unit: $(MADE) ## pytest only
	@printf '\n== Tests: pytest\n'
	@$(BIN)/pytest -q -n auto --dist loadfile

# What only the faults need: Patroni, for the cluster of PostgreSQL.
.venv/.faults: $(MADE) requirements/faults.txt
	@$(BIN)/pip install -qq --no-compile --require-hashes -r requirements/faults.txt
	@touch $@

faults: .venv/.faults ## Kills, stops, cuts, races in their full form, and a table; half an hour. ONLY=word: those rows
	@cd tests && ../$(BIN)/python -m faults $(ONLY)

mutation: $(MADE) ## Small faults put into the code, which a test must see; ONLY=domain/codes.py for one module or folder
	@WORKERS=$(WORKERS) PYTHONPATH=tests $(BIN)/python -W ignore -m mutation $(ONLY)

format: $(MADE) ## Puts the code and the features in order
	@$(BIN)/ruff check -q --fix-only .
	@$(BIN)/ruff format .
	@$(BIN)/behave-format --quiet features

lint: $(MADE) ## Formatting, lint, import rules, the rules for writing features
	@printf '\n== Formatting\n'
	@$(BIN)/ruff format --check .
	@printf '\n== Lint\n'
	@$(BIN)/ruff check .
	@printf '\n== Import rules\n'
	@$(BIN)/lint-imports --no-logo
	@printf '\n== Features\n'
	@$(BIN)/python -m registratura.features.spec.lint
	@$(BIN)/behave-format --check features

types: $(MADE) ## mypy --strict
	@printf '\n== Types\n'
	@$(BIN)/mypy

wheel: $(MADE) ## The suite against the built wheel, in every Python found
	@.ci/wheel

bench: .venv-bench/.made ## The figures of speed and size beside those of others; ONLY="pure durable": those parts
	@.venv-bench/bin/python benchmarks $(ONLY)

bench-full: .venv-bench/.made ## The same with more rounds and up to 10^7 flows: hours
	@.venv-bench/bin/python benchmarks --full $(ONLY)

# Peers that no test needs stay in an environment of their own; without npm the one for Node is missing, and said so.
.venv-bench/.made: requirements/bench.txt requirements/checks.txt pyproject.toml setup.py benchmarks/package.json
	@echo "== Setting up .venv-bench; this takes a minute, once"
	@$(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/pip install -qq --no-compile --require-hashes -r requirements/bench.txt -r requirements/checks.txt
	@.venv-bench/bin/pip install -qq --no-deps --no-build-isolation -e .
	@! command -v npm >/dev/null || npm install --silent --no-package-lock --prefix benchmarks >/dev/null 2>&1 || true
	@touch $@

# Only this target resolves versions. The files name no index, so any that serves the same files will do.
RESOLVE = .venv-requirements/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
	--custom-compile-command 'make requirements'

requirements: ## The newest versions, pinned and hashed, from pyproject.toml
	@$(PYTHON) -m venv .venv-requirements
	@.venv-requirements/bin/pip install -qq --upgrade uv
	@$(RESOLVE) pyproject.toml --all-extras --group test -o requirements/test.txt
	@$(RESOLVE) --group checks -c requirements/test.txt -o requirements/checks.txt
	@$(RESOLVE) pyproject.toml --all-extras --group test --group bench -c requirements/test.txt -o requirements/bench.txt
	@$(RESOLVE) --group faults -c requirements/test.txt -o requirements/faults.txt

clean: ## Removes everything that make made
	@rm -rf .venv .venv-* build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
