# The two commands a newcomer needs are `make app` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCALE := lib/peerbook/text/locale

.PHONY: app test check unit unit-served unit-others notebooks bench fuzz soak words lock clean

app: $(VENV)/.app
	$(BIN)/peerbook demo --if-empty
	$(BIN)/peerbook serve

test: check unit notebooks

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Those that start servers and browsers beside the others: one waits while the other works.
SERVED := tests/app tests/server tests/ui tests/workbooks

unit: $(VENV)/.test
	$(MAKE) -j2 -O unit-served unit-others

unit-served: $(VENV)/.test
	$(BIN)/pytest -p no:nbval --durations=25 $(SERVED)

unit-others: $(VENV)/.test
	$(BIN)/pytest -p no:nbval --durations=25 $(SERVED:%=--ignore=%)

# nbval runs every notebook on a fresh demonstration store and compares the check cell. The store is
# made as if on one certain day, so that what is compared does not depend on when it runs.
notebooks: $(VENV)/.test
	rm -rf build/notebooks build/notebooks-keys && mkdir -p build/notebooks
	PEERBOOK_DATA=build/notebooks $(BIN)/peerbook demo --today 2026-11-24
	PEERBOOK_DATA="$(CURDIR)/build/notebooks" $(BIN)/pytest -c tests/nbval.ini --nbval-lax workbooks

$(VENV)/.app: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15) and "peerbook needs Python 3.11 to 3.14")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

$(VENV)/.test: $(VENV)/.app requirements-test.lock tests/package-lock.json
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-test.lock
	npm --prefix tests ci --ignore-scripts --no-audit --no-fund
	touch $@

bench: build/bench-venv/.ready
	PYTHONPATH=tests build/bench-venv/bin/python -m benchmarks.run $(BENCH)

fuzz: $(VENV)/.test
	PEERBOOK_FUZZ=10000 $(BIN)/pytest -p no:nbval -s tests/faults/test_intake_fuzz.py

# Hours: writers and servers are killed until fifty thousand saves are acknowledged.
soak: $(VENV)/.test
	PEERBOOK_TEST_SAVES=50000 $(BIN)/pytest -p no:nbval -s tests/faults/test_store_kills.py

build/bench-venv/.ready: tests/benchmarks/requirements.lock pyproject.toml
	$(PYTHON) -m venv build/bench-venv
	build/bench-venv/bin/python -m pip install --quiet --require-hashes -r tests/benchmarks/requirements.lock
	build/bench-venv/bin/python -m pip install --quiet --no-deps -e .
	touch $@

words: $(VENV)/.test
	mkdir -p build
	$(BIN)/pybabel -q extract --no-location --sort-output --no-wrap -o build/peerbook.pot lib
	$(BIN)/pybabel -q update -D peerbook -i build/peerbook.pot -d $(LOCALE) -l da \
	  --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -D peerbook -d $(LOCALE)

# npm also writes down where each author takes donations, and a lock file has no addresses.
WITHOUT_ADDRESSES := const fs = require("fs"), file = process.argv[1]; \
  const lock = JSON.parse(fs.readFileSync(file)); \
  for (const part of Object.values(lock.packages)) delete part.funding; \
  fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n")

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet -o requirements-test.lock
	uv pip compile pyproject.toml --extra test --extra bench --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet -o tests/benchmarks/requirements.lock
	uv pip compile pyproject.toml --extra hub --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --quiet -o docs/jupyterhub/requirements.lock
	npm --prefix tests install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	node -e '$(WITHOUT_ADDRESSES)' tests/package-lock.json

clean:
	rm -rf build $(VENV) tests/node_modules
