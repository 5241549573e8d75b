PORT ?= 8000
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
PYTHON := .venv/bin/python
UV := .venv/bin/uv
HASHED := --quiet --require-hashes --only-binary :all:
PIP := $(PYTHON) -m pip install --disable-pip-version-check $(HASHED)
INSTALL := $(UV) pip install --system-certs --python $(PYTHON) $(HASHED)
LOCK := $(UV) pip compile --system-certs --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --only-binary :all: --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-matching bench-pages bench-report messages lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*##/  make \1	/p' $(MAKEFILE_LIST) | expand -t 24

run: .venv/local  ## set up everything and run the site (PORT=8000)
	@exec $(PYTHON) -m lantern_site.local --port $(PORT)

test: .venv/ready  ## all tests, on PostgreSQL and Valkey and in a browser
	@$(PYTHON) -m tests.browser
	@$(PYTHON) -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: export LANTERN_BUILD = 1
check: .venv/ready  ## style, types, architecture, migrations: without a database
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	@$(PYTHON) manage.py makemigrations --check --dry-run

bench: bench-matching bench-pages bench-report  ## all measured bars: table, numbers and chart in var/bench

bench-matching: .venv-bench/ready  ## how fast matching is, against its peers and the machine (about 15 minutes)
	@env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
	  .venv-bench/bin/python -m tests.load.matching $(ARGS)

bench-pages: .venv/ready  ## what pages cost with a million signals, against a thousand (about 12 minutes, 8 GB of disk)
	@$(PYTHON) -m tests.load.pages $(ARGS)

bench-report: .venv/ready  ## verifying and counting a ledger of 1,000,000 entries (ARGS="--entries 10000000" for more)
	@$(PYTHON) -m tests.load.report $(ARGS)

messages: export LANTERN_BUILD = 1
messages: .venv/ready  ## renew the French catalogue from the code and the templates
	@$(PYTHON) manage.py collect_messages

lock: .venv/ready  ## renew the hashed requirements from pyproject.toml
	@$(LOCK) pyproject.toml --output-file requirements.txt
	@$(LOCK) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(LOCK) pyproject.toml --group local --constraints requirements-dev.txt --output-file requirements-local.txt
	@$(LOCK) --group bench --no-deps --constraints requirements-dev.txt --output-file requirements-bench.txt
	@echo uv | $(LOCK) - --output-file requirements-uv.txt

clean:  ## remove the virtual environment and all local data
	rm -rf .venv .venv-bench var

.venv/local: requirements-local.txt | .venv/bin/uv
	@echo "Installing what Lantern needs into .venv …"
	@$(INSTALL) -r requirements-local.txt || $(PIP) -r requirements-local.txt
	@touch $@

.venv/ready: requirements-dev.txt | .venv/bin/uv
	@echo "Installing what Lantern and its tests need into .venv …"
	@$(INSTALL) -r requirements-dev.txt || $(PIP) -r requirements-dev.txt
	@touch $@ .venv/local

.venv/bin/uv: requirements-uv.txt | .venv/bin/python
	@$(PIP) -r requirements-uv.txt
	@touch $@

.venv-bench/ready: requirements-dev.txt requirements-bench.txt | .venv/ready
	@echo "Installing what matching is measured against into .venv-bench …"
	@rm -rf .venv-bench && $(PYTHON) -m venv --without-pip .venv-bench
	@$(UV) pip install --system-certs --python .venv-bench/bin/python --no-deps $(HASHED) -r requirements-dev.txt -r requirements-bench.txt
	@touch $@

.venv/bin/python:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    $$python -m venv .venv >/dev/null && exit 0; rm -rf .venv; \
	    echo "$$python cannot make virtual environments. Install its venv module (Debian, Ubuntu: apt install python3-venv), then run make again."; exit 1; \
	  fi; \
	done; \
	echo "Lantern needs Python 3.11, 3.12 or 3.13, and none is installed."; exit 1
