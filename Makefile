# make run, make test: each sets itself up first (system libraries, .venv) where that is needed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench package real-tokenizers real-models starters embedder clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-15s %s\n", $$1, $$2}'

setup: $(READY) ## system libraries and the environment in .venv, from constraints.txt

$(READY): pyproject.toml constraints.txt packaging/system-libraries.sh
	@PYTHON="$(PYTHON)" packaging/system-libraries.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Lexigraft needs Python 3.11 or newer, and $(PYTHON) is older: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	@touch $@

run: $(READY) ## open the window; without a display, run the sample graft and print its table
	@$(BIN)/python -m app $(ARGS)

test: $(READY) ## every test (benchmarks are no tests: make bench)
	@OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal $(ARGS)

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy

format: $(READY) ## let ruff tidy what it can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: $(READY) ## measure start-up, responsiveness and speed (tests/benchmarks)
	@$(BIN)/python -m pytest tests/benchmarks -o python_files='bench_*.py' -n 0 -s -q $(ARGS)

package: $(READY) ## build the frozen program in dist/lexigraft, and try it away from the source
	@$(BIN)/python packaging/smoke.py $(ARGS)

real-tokenizers: $(READY) ## tokenizers of published models for tests and benchmarks (about 180 MB)
	@$(BIN)/python packaging/real_tokenizers.py

real-models: $(READY) ## a real sentence encoder and word vectors for tests and benchmarks (about 160 MB)
	@$(BIN)/python packaging/real_models.py

starters: $(READY) ## train the two starter models again (takes about an hour)
	@$(BIN)/python packaging/make_starters.py $(ARGS)

embedder: $(READY) ## train the starter text encoder again (needs real-models; takes about half an hour)
	@$(BIN)/python packaging/make_embedder.py $(ARGS)

clean: ## remove what make and the tools have made
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
