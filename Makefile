# Every target sets up what it needs: Python ≥ 3.11, git and make are enough.

DATA ?= ../shared/data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

.PHONY: help demo test nightly check bench bench-grouping pictures reference browser judges published fuzz format lock clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(READY) ## the main job on the samples: collect, group, compose, render, send into var/outbox
	@$(BIN)/digest demo

test: $(READY) ## all tests
	@$(BIN)/pytest

nightly: $(READY) ## the long forms: 200 kills, 100,000 recipients, laws on hundreds of examples
	@$(BIN)/pytest -m nightly

check: $(READY) ## style, types, layers, documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pytest -n0 tests/docs

bench: $(READY) ## measure, print a table, write var/bench.json
	@$(BIN)/python -m bench

bench-grouping: $(READY) ## how right grouping is: one table, on DATA (../shared/data)
	@$(BIN)/python -m bench.quality $(DATA)

pictures: $(READY) reference browser ## what issues look like, light and dark, wide and narrow: docs/pictures
	@$(BIN)/python -m tests.judges.pictures

reference: tests/tools/node_modules/.ready ## from npm, for the tests that ask them: the official MJML compiler, axe-core, caniemail, the Nu HTML checker

browser: ## Debian's Chromium, for the tests that drive the pages (with sudo where one is not root)
	@command -v chromium >/dev/null || { \
		SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium; }

judges: reference browser ## what judges our mail: besides both, Debian's SpamAssassin and a Java (with sudo as above)
	@WANTED=; \
	command -v java >/dev/null || WANTED=default-jre-headless; \
	command -v spamassassin >/dev/null || WANTED="$$WANTED spamassassin"; \
	test -z "$$WANTED" || { \
		SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends $$WANTED; }

PUBLISHED := var/published/.ready-$(shell sed -n 's/^feedparser==\([0-9.]*\).*/\1/p' requirements.lock)

published: $(PUBLISHED) ## from PyPI, for the test that asks it: feedparser's own test corpus, as requirements.lock pins it

$(PUBLISHED): $(READY)
	@mkdir -p var/published
	@sed -n '/^feedparser==/,/via/p' requirements.lock > var/published/feedparser.lock
	@$(PIP) download --no-deps --no-binary :all: --require-hashes -r var/published/feedparser.lock -d var/published
	@tar -xzf var/published/feedparser-$(@:var/published/.ready-%=%).tar.gz -C var/published
	@touch $@

SECONDS ?= 600

fuzz: $(READY) ## mutated feeds, pages, sitemaps, mails and drops for SECONDS (600); what does harm is kept in var/fuzz
	@$(BIN)/python -m tests.collect.fuzzing $(SECONDS)

format: $(READY) ## put the code into its one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(READY) ## pin the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

clean: ## remove what the targets made, but not var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

# A half-made environment is never taken for a whole one: .ready is written last.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "digest needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing (Debian: apt install python3-venv)"; exit 1; }
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

tests/tools/node_modules/.ready: tests/tools/package-lock.json
	@cd tests/tools && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
