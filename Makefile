# Everything a person or the build does with the platform. `make` alone says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# Runs a command beside a PostgreSQL and a Redis of its own, with every setting in its environment.
BESIDE := $(RUN) -m config.local test --
STAMP := $(VENV)/.locked
TEMPLATES := bonded/templates tariffs/templates inspections/templates config/templates

# EXIT=1 makes `make demo` stop by itself after the job. ARGS goes to pytest or to the benchmarks.
EXIT ?=
ARGS ?=

.PHONY: help env demo test check bench pages screenshots races faults format translations lock clean-local

help: ## Say what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

env: $(STAMP) ## Make the environment in .venv from the lock files.

$(STAMP): requirements-dev.txt requirements-uv.txt config/environment.sh
	@PYTHON="$(PYTHON)" bash config/environment.sh $(VENV)

demo: env ## Play the main job on an embedded PostgreSQL and Redis; EXIT=1 stops afterwards.
	@$(RUN) -m config.local demo $(if $(filter 1 true yes,$(EXIT)),--exit)

test: env ## Run the whole test suite on its own PostgreSQL and Redis; ARGS="-k word" chooses.
	@$(BESIDE) $(RUN) -m pytest -q -n 2 $(ARGS)

check: env ## Format, lint, types, import contracts, dependencies, Dockerfile, missing migrations.
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djlint --check --quiet $(TEMPLATES)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports --no-logo
	@$(VENV)/bin/deptry .
	@if [ -x $(VENV)/bin/hadolint ]; then $(VENV)/bin/hadolint Dockerfile; fi
	@$(BESIDE) $(VENV)/bin/mypy
	@$(BESIDE) $(RUN) manage.py makemigrations --check --dry-run

bench: env ## Run the benchmarks, each beside its raw limit; ARGS="imports --write" chooses.
	@$(RUN) -m config.local test --durable -- $(RUN) -m benchmarks $(ARGS)

pages: env ## Look at every page in both languages and colour schemes, with axe; do the main job by mouse and by keyboard.
	@EVERY_LOOK=1 $(BESIDE) $(RUN) -m pytest -q -n 2 tests/browser/test_every_page.py tests/browser/test_main_job.py $(ARGS)

screenshots: env ## Take the pictures of the README anew, in docs/screenshots.
	@$(BESIDE) $(RUN) -m pytest -q tests/browser/screenshots.py

races: env ## Fifty at once on one desk, lot and hour, ROUNDS=200 times over; the negative control overbooks.
	@ROUNDS="$${ROUNDS:-200}" $(BESIDE) $(RUN) -m pytest -q tests/concurrency/inspections $(ARGS)

faults: env ## Kill workers, relays and Redis in the middle of the work; count what is lost.
	@FAULT_SECONDS="$${FAULT_SECONDS:-600}" $(BESIDE) $(RUN) -m pytest -q -s tests/faults $(ARGS)

format: env ## Format the code and the templates, and mend what the linter can mend.
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/djlint --reformat --quiet $(TEMPLATES)
	@$(VENV)/bin/ruff check --fix .

UV_COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11

translations: env ## Gather what pages say for translation, and compile it.
	@$(BESIDE) $(RUN) -m config.translations

lock: env ## Lock the requirements again, within what the .in files allow.
	@$(UV_COMPILE) requirements-dev.in --output-file requirements-dev.txt
	@$(UV_COMPILE) requirements.in --constraint requirements-dev.txt --output-file requirements.txt

clean-local: ## Forget the local platform: its database, secrets and logs.
	@if [ -x $(RUN) ]; then $(RUN) -m config.local clean; else rm -rf .local; fi
