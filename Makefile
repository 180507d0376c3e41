# The commands of this project. Each prints what it does, can be repeated, and says what to do when it cannot go on.
#
#   make setup          set everything up
#   make setup-vision   that, and what looks at pictures: people, words and codes in them (370 MB more)
#   make run            set everything up and start the demo
#   make test           set up what tests need and run them all, on SQLite and on PostgreSQL
#   make check          everything that CI runs
#   make fix            format
#   make bench          measure it on real processes, servers and databases, beside a naive peer
#   make bench-listening  measure how quickly alerts are held against posts, beside peers, and from JSON to mail
#   make screenshots    make the pictures in docs/screenshots anew, and check those pages
#   make messages       collect the sentences to translate, compile the Dutch, list what lacks it
#
# make test WITHOUT=chromium,node,postgresql   leaves those out, and says so
# make test ARGS="tests/posts -k approve"      hands arguments to pytest

BIN := .venv/bin
ARGS ?=

.PHONY: help setup setup-vision setup-dev run test check lint types imports migrations fix messages bench bench-listening screenshots requirements

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@requirements/setup run

setup-vision:
	@requirements/setup run vision

setup-dev:
	@requirements/setup dev

run: setup
	@$(BIN)/vierogen demo $(ARGS)

test: setup-dev
	@$(BIN)/python -m tests.run $(ARGS)

check: lint types imports migrations test

lint: setup-dev
	@echo "check: style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint vierogen --check --lint

types: setup-dev
	@echo "check: types"
	@$(BIN)/mypy vierogen

imports: setup-dev
	@echo "check: floors"
	@$(BIN)/lint-imports

migrations: setup-dev
	@echo "check: migrations"
	@home=$$(mktemp -d) && trap 'rm -r $$home' EXIT && \
	VIEROGEN_HOME=$$home $(BIN)/vierogen makemigrations --check --dry-run

fix: setup-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint vierogen --reformat --quiet || $(BIN)/djlint vierogen --check --quiet  # it fails on what it changed

messages: setup-dev
	@$(BIN)/python -m scripts.catalogue

screenshots: setup-dev
	@VIEROGEN_SCREENSHOTS=1 $(BIN)/python -m pytest tests/journeys/test_pages.py tests/journeys/test_alerts.py \
		tests/journeys/test_bulletins.py tests/journeys/test_hits.py tests/journeys/test_sources.py \
		tests/journeys/test_departure.py tests/journeys/test_learning.py tests/journeys/test_vault_pages.py tests/journeys/test_drills.py

bench: setup-dev
	@$(BIN)/python -m bench $(ARGS)

bench-listening: setup-dev
	@$(BIN)/python -m bench.listening $(ARGS)

# Newest versions of everything within pyproject.toml's ranges, with hashes and without any address.
PIN := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

requirements: setup-dev
	@echo "requirements: pinning"
	@$(PIN) pyproject.toml -o requirements/run.txt
	@$(PIN) pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
	@$(PIN) requirements/vision.in --overrides requirements/vision.overrides -c requirements/dev.txt \
		-o requirements/vision.txt
	@$(PIN) requirements/drawing.in --no-deps -o requirements/drawing.txt
	@$(PIN) --no-deps requirements/names.in -o requirements/names.txt
	@$(PIN) requirements/build.in -o requirements/build.txt
	@$(PIN) requirements/node.in -o requirements/node.txt
	@$(BIN)/python -m tests.servers.pin_node_parts
