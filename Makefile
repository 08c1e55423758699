# Every verb a person needs. `make demo` and `make test` set up whatever they need on a fresh machine.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
export VIRTUAL_ENV := $(abspath $(VENV))
export PIP_QUIET := 1
export PYO3_PYTHON := $(abspath $(BIN))/python

.PHONY: help demo build test test-rust test-python check format bench bench-quick bench-page fuzz docs clean

help: ## what can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	@touch $@

build: $(VENV)/.ready ## compile the core (release) and install the package into the virtual environment
	$(BIN)/maturin develop --release --quiet

demo: build ## the whole job on invented data: complaints in, handsets linked, block list out, call records scanned
	$(BIN)/numguard demo

test: test-rust test-python ## every test: Rust, Python, the examples in the docs, the walls of the house

test-rust: $(VENV)/.ready
	cargo test --workspace --exclude numguard-python --locked

test-python: build
	$(BIN)/python -m pytest

check: build ## formatting, lints and types
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/stubtest numguard._core --allowlist tests/stubtest-allowed.txt

docs: build ## the guide and the reference as HTML in docs/_build; a warning is an error
	$(BIN)/pip install --quiet --group docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build

bench: build ## everything that is claimed about speed, beside the rivals; an hour on a quiet machine
	$(BIN)/numguard bench --record benches/record
	$(MAKE) bench-page

bench-quick: build ## the same on small inputs, in a minute: does the harness run here?
	$(BIN)/numguard bench --quick --record target/bench

bench-page: $(VENV)/.ready ## the newest record into README.md and docs/speed.md
	$(BIN)/python benches/publish.py

format: $(VENV)/.ready ## lay all sources out as `make check` wants them
	cargo fmt --all
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean: ## remove what was built, and nothing else
	cargo clean
	rm -rf $(VENV) demo docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis python/numguard/*.so
