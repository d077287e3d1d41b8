# What a newcomer, a contributor and CI run. `make` alone lists it.

BIN := .venv/bin
SEEDS ?= 5000
ARGS ?=
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra build

.DEFAULT_GOAL := help
.PHONY: help demo test acceptance simulate-many mutations bench lint format lock clean

help: ## list the targets
	@echo 'make TARGET [ARGS="…"]   (ARGS go to the command behind the target)'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand --tabs=18

# exec: Ctrl-C and SIGTERM reach the demo itself, so nothing is left behind.
demo: .venv/.run-installed ## a simulated city with the whole service, in one terminal
	@$(BIN)/python tools/build_console.py build
	@exec $(BIN)/rescue demo $(ARGS)

# Three at a time on two cores, for much of it waits for processes; a file's tests stay together and share what they set up.
# Files come in the order of tests/conftest.py: by the number of their tests, the slowest few would be left for the end.
test: .venv/.dev-installed ## the whole test suite
	@tools/system-packages
	@$(BIN)/python tools/build_console.py build
	@$(BIN)/pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder $(ARGS)

acceptance: .venv/.dev-installed ## only the scripts that use the service from outside
	@tools/system-packages
	@$(BIN)/pytest tests/acceptance $(ARGS)

simulate-many: .venv/.dev-installed ## thousands of seeded simulations of the core (SEEDS=5000)
	@RESCUE_SIMULATION_SEEDS=$(SEEDS) $(BIN)/pytest tests/simulation $(ARGS)

mutations: .venv/.dev-installed ## plant bugs in tracker and desk, each of which its tests must find
	@$(BIN)/python -m tests.mutations $(ARGS)

bench: .venv/.run-installed ## every benchmark
	@$(BIN)/simulate bench all $(ARGS)

lint: .venv/.dev-installed ## style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/build_console.py check

format: .venv/.dev-installed ## rewrite the code in the house's style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: .venv/.dev-installed ## pin the dependencies of pyproject.toml again (ARGS=--upgrade: to their newest)
	@echo 'pinning requirements/run.txt …'
	@$(COMPILE) --output-file requirements/run.txt $(ARGS) pyproject.toml
	@echo 'pinning requirements/dev.txt …'
	@$(COMPILE) --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt $(ARGS) pyproject.toml

clean: ## remove .venv, caches and build products, never data
	@rm -rf .venv dist rescue/console/static rescue/console/node_modules test-output .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run-installed: requirements/run.txt pyproject.toml
	@tools/install run

.venv/.dev-installed: requirements/dev.txt pyproject.toml
	@tools/install dev
