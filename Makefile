# Recoup: every verb sets up what it needs. Bare `make` prints them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
export OMP_NUM_THREADS ?= 1
export OMP_WAIT_POLICY ?= passive
test cover bench: export PYTHONDONTWRITEBYTECODE :=# they start the product dozens of times: compiled once, each start is half a second shorter

.DEFAULT_GOAL := help
.PHONY: help run test cover check bench

help: ## print these verbs
	@echo "Recoup. Verbs:"
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_READY) ## set up, then serve the dashboard on http://127.0.0.1:8050 (ARGS="--port 8060" to change it)
	@$(BIN)/python run.py serve $(ARGS)

test: check ## set up (Chromium included), then run every check and every test
	@$(PYTEST) $(ARGS)

cover: check ## the same with branch coverage, which doubles the time: fails below 95 %
	@$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=95 $(ARGS)

check: $(DEV_READY) ## style, types and the walls between the rooms
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(DEV_READY) ## time page callbacks, ingest and scoring on the sample book
	@$(BIN)/python -m tests.bench $(ARGS)

$(RUN_READY): requirements.txt setup.sh
	@./setup.sh run "$(PYTHON)" "$(VENV)"
	@touch $@

$(DEV_READY): requirements.txt requirements-dev.txt setup.sh
	@./setup.sh test "$(PYTHON)" "$(VENV)"
	@touch $@ $(RUN_READY)
