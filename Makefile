# `make` lists the targets. Needs python3 (3.11 to 3.13), git and make; all else is installed in .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
EXAMPLE ?= jupyter-keys/webhook-event-analysis/samples/signature-incident.csv

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench bench-library fuzz faults golden docs lock wheel clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv with the locked dependencies

$(READY): locks/dev.txt pyproject.toml
	@$(PYTHON) tools/setup_environment.py .venv locks/dev.txt
	@touch $@

run: $(READY) ## run the shipped webhook runbook on a shipped delivery log
	@$(BIN)/runbook run webhook-failures --input $(EXAMPLE) --unattended --exit-zero

test: $(READY) ## run all tests
	@$(BIN)/pytest

check: $(READY) ## format, lint, types, import floors, tests, docs in step
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest

format: $(READY) ## format the code and mend what is safe to mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## measure against the papermill command, side by side
	@$(BIN)/python -m benchmarks

bench-library: $(READY) .venv/bench-ready ## measure the KEYs against pandas, polars, GoAccess (FULL=--full: 10 M rows)
	@$(BIN)/python -m benchmarks.library $(FULL)

.venv/bench-ready: $(READY) locks/bench.txt
	@$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r locks/bench.txt
	@touch $@

fuzz: $(READY) ## 10,000 random documents and rewritten runbooks through the parser
	@$(BIN)/python tools/fuzz.py

faults: $(READY) ## kernels, limits, floods and kills, each injected for real; the long tests; counts
	@$(BIN)/pytest -m 'fault or long'

golden: $(READY) ## rewrite the golden files of the tests from what the code does now
	@$(BIN)/pytest --rewrite-golden

docs: $(READY) ## write the generated reference pages
	@$(BIN)/python tools/write_reference.py
	@$(BIN)/python tools/write_key_readmes.py

lock: ## resolve the dependencies again and write the hashed locks
	@$(PYTHON) -m venv .venv/locking && .venv/locking/bin/pip install --quiet uv
	@.venv/locking/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o locks/runtime.txt
	@.venv/locking/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o locks/dev.txt
	@.venv/locking/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group bench -c locks/dev.txt -o locks/bench.txt
	@rm -r .venv/locking

wheel: $(READY) ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

clean: ## remove what make created
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
