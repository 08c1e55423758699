# Every verb a person needs. `make demo` and `make test` set up whatever they need on a fresh machine.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
export VIRTUAL_ENV := $(abspath $(VENV))
export PIP_QUIET := 1
export PYO3_PYTHON := $(abspath $(BIN))/python

.PHONY: wheel chain help demo build test test-rust test-python test-engines check format bench bench-quick bench-engines bench-page instructions fuzz fuzz-build fuzz-corpus memcheck docs clean

help: ## what can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

SETUP_GROUPS ?= dev
$(VENV)/.ready: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet $(addprefix --group ,$(SETUP_GROUPS))
	@touch $@

# With BUILD=wheel, as in .ci/run, the wheel that `make wheel` has left in dist/ is installed: what is published is what is
# tested, and nothing is compiled a second time. The engines read the package from python/.
BUILD ?= develop
build: $(VENV)/.ready ## compile the core (release) and install the package into the virtual environment
ifeq ($(BUILD),wheel)
	$(BIN)/pip install --quiet dist/*.whl
	$(BIN)/pip install --quiet --no-deps --force-reinstall dist/*.whl
	cp $(VENV)/lib/python3.*/site-packages/numguard/_core.abi3.so python/numguard/
else
	$(BIN)/maturin develop --release --quiet
endif

demo: build ## the whole job on invented data: complaints in, handsets linked, block list out, call records scanned
	$(BIN)/numguard demo

test: test-rust test-python ## every test but those of engines: Rust, Python, the examples in the docs, the layers

test-rust: $(VENV)/.ready
	cargo test --workspace --exclude numguard-python --locked

WORKERS ?= auto
test-python: build
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

# pyspark and pyspark-client share a package name, so there are two environments; the Connect server runs in the first.
.venv-spark/.ready .venv-sail/.ready: .venv-%/.ready: pyproject.toml
	@test -x .venv-$*/bin/python || $(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install --quiet --upgrade 'pip>=25.1'
	.venv-$*/bin/pip install --quiet --group $*
	@touch $@

JAVA := $(shell java -version 2>&1 | grep -E 'version "(1[7-9]|[2-9][0-9])')
ENGINES := sail $(if $(JAVA),connect classic)
ENGINE_TESTS ?= tests/engines
test-engines: build .venv-sail/.ready $(if $(JAVA),.venv-spark/.ready) ## the tests of Sail, Spark Connect and Spark Classic; the latter two need Java 17
	$(if $(JAVA),,@echo "skipped: Spark Connect and Spark Classic, for there is no Java 17 here"; test -z "$$NUMGUARD_ALL_ENGINES")
	@for engine in $(ENGINES); do \
		echo "engine: $$engine"; \
		case $$engine in classic) home=.venv-spark ;; *) home=.venv-sail ;; esac; \
		PYTHONPATH=$(abspath python) NUMGUARD_ENGINE=$$engine NUMGUARD_SERVER_PYTHON=$(abspath .venv-spark)/bin/python \
			$$home/bin/python -m pytest -o addopts= -q --confcutdir=tests/engines $(ENGINE_TESTS) || exit 1; \
	done

check: build ## formatting, lints and types
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --locked --quiet
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy tests/typing_face.py
	$(BIN)/stubtest numguard._core --allowlist tests/stubtest-allowed.txt

# The oldest Linux that pyarrow's wheels run on. Folders of this machine do not end up in the wheel, and two builds give
# the same bytes.
WHEEL_TARGET ?= manylinux_2_28
CARGO_HOME ?= $(HOME)/.cargo
wheel: export RUSTFLAGS = --remap-path-prefix=$(CARGO_HOME)=cargo --remap-path-prefix=$(CURDIR)=numguard
wheel: export SOURCE_DATE_EPOCH = 315532800
wheel: export PATH := $(abspath $(BIN)):$(PATH)
wheel: $(VENV)/.ready ## a wheel and the source distribution in dist/, audited, and tried with the oldest and the newest dependencies
	$(BIN)/pip install --quiet --group wheel
	rm -rf dist && mkdir dist
	$(BIN)/maturin sdist --out dist
	$(BIN)/maturin build --profile dist --zig --compatibility $(WHEEL_TARGET) --locked --out dist
	$(BIN)/python rust/python/wheel.py dist/*.whl
	$(BIN)/auditwheel show dist/*.whl | tr '\n' ' ' | grep --only-matching 'platform tag: "$(WHEEL_TARGET)[^"]*"'
	$(BIN)/abi3audit --strict dist/*.whl
	@! tar --list --file dist/*.tar.gz | grep -E 'corpus|\.so$$' || { echo "the source distribution holds what it should not"; exit 1; }
	for pins in 'numpy==2.0.* pyarrow==25.0.* click==8.1.*' '--upgrade numpy pyarrow click'; do \
		rm -rf dist/.environment && $(PYTHON) -m venv dist/.environment && \
		dist/.environment/bin/pip install --quiet --disable-pip-version-check dist/*.whl $$pins && \
		dist/.environment/bin/python tests/smoke.py || exit 1; \
	done; rm -rf dist/.environment

chain: $(VENV)/.ready ## licences, sources and advisories of what is linked and installed, and the workflows
	$(BIN)/pip install --quiet --group chain
	@command -v cargo-deny >/dev/null || cargo install --quiet --locked cargo-deny
	cargo deny --all-features check bans licenses sources
	cargo deny --all-features check advisories || test -z "$$CI"
	$(BIN)/zizmor --offline --quiet .github
	$(BIN)/pip-audit --skip-editable || test -z "$$CI"

docs: build ## the guide and the reference as HTML in docs/_build; a warning is an error
	$(BIN)/pip install --quiet --group docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --doctree-dir target/doctrees docs docs/_build

bench: build ## everything that is claimed about speed, beside the rivals; two hours on a quiet machine of 2 cores
	$(BIN)/numguard bench --record benches/record
	NUMGUARD_BENCH_RECORD=benches/record $(BIN)/python -m pytest benches/end_to_end/bench_*.py -o addopts= --quiet --benchmark-only --benchmark-quiet --capture=no
	$(MAKE) bench-page

bench-quick: build ## the same on small inputs, in a minute: does the harness run here?
	$(BIN)/numguard bench --quick --record target/bench

ENGINE_BENCH ?= # such as --rows 4e6 --sightings 20e6
bench-engines: build .venv-sail/.ready .venv-spark/.ready ## the adapter for Spark beside Spark's and Sail's own means, on one core and on all
	for cores in 1 $(shell nproc); do \
		for engine in sail classic; do \
			case $$engine in classic) home=.venv-spark ;; *) home=.venv-sail ;; esac; \
			PYTHONPATH=$(abspath python) NUMGUARD_BENCH_RECORD=benches/record/engines $$home/bin/python benches/engines.py $$engine \
				--cores $$cores $$(test $$cores = 1 && echo --only-ours --sightings 0) $(ENGINE_BENCH) || exit 1; \
		done; \
	done

bench-page: $(VENV)/.ready ## the newest record into README.md and docs/speed.md
	$(BIN)/python benches/publish.py

instructions: build ## the instructions of every kernel, counted by valgrind: comparable between commits
	$(BIN)/python benches/instructions.py

# Each target compares two answers, or a damaged set with the whole one. The corpus is kept packed, an archive a target;
# it is unpacked under target/, where new inputs are written too. The flags are those of cargo-fuzz: libFuzzer sees
# branches and comparisons through what they add. An explicit target keeps them from build scripts, and one unit a crate
# lets functions of other crates be inlined.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := normalize extract imei set set_file split json workbook
FUZZ_HOST = $(shell rustc -vV | sed -n 's/^host: //p')
FUZZ_COVERAGE = level=4 inline-8bit-counters pc-table trace-compares $(if $(findstring linux,$(FUZZ_HOST)),stack-depth)
FUZZ_FLAGS = --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
	$(addprefix -Cllvm-args=-sanitizer-coverage-,$(FUZZ_COVERAGE))
FUZZ = rust/fuzz/target/$(FUZZ_HOST)/release/$$target
fuzz-build:
	@RUSTFLAGS='$(FUZZ_FLAGS)' cargo build --quiet --release --locked --manifest-path rust/fuzz/Cargo.toml --target $(FUZZ_HOST)

fuzz: fuzz-build ## every fuzz target for FUZZ_SECONDS (60), from the corpus on
	@mkdir -p target/fuzz
	@for target in $(FUZZ_TARGETS); do \
		tar --extract --skip-old-files --directory target/fuzz --file rust/fuzz/corpus/$$target.tar.gz && \
		$(FUZZ) -artifact_prefix=target/fuzz/$$target- -dict=rust/fuzz/cells.dict -max_total_time=$(FUZZ_SECONDS) \
			-print_final_stats=1 -verbosity=0 target/fuzz/$$target || exit 1; \
	done

fuzz-corpus: fuzz-build ## keep what fuzzing has found, as few inputs as cover the same code
	@for target in $(FUZZ_TARGETS); do \
		rm -rf target/fuzz/fewer && mkdir -p target/fuzz/fewer && \
		$(FUZZ) -merge=1 target/fuzz/fewer/ target/fuzz/$$target && \
		rm -rf target/fuzz/$$target && mv target/fuzz/fewer target/fuzz/$$target && \
		tar --create --sort=name --mtime=1980-01-01 --owner=0 --group=0 --numeric-owner --mode=644 \
			--directory target/fuzz $$target | gzip --best --no-name > rust/fuzz/corpus/$$target.tar.gz || exit 1; \
	done

# The tests of the core that go through unsafe code. Valgrind has no AVX-512, so that the other two paths are taken.
memcheck: ## valgrind over the tests of the core that go through unsafe code
	cargo test --package numguard-core --locked --test block --test imei_block --test set_probe --test set_file --test set_algebra \
		--config 'target."cfg(unix)".runner = "valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"'

format: $(VENV)/.ready ## lay all sources out as `make check` wants them
	cargo fmt --all
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean: ## remove what was built, and nothing else
	cargo clean
	rm -rf $(VENV) .venv-spark .venv-sail demo docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis python/numguard/*.so
