# Everything happens in .venv at the root of the repository; a fresh machine needs python3 (with
# venv) and make. The install is a "strict" editable one: edits count at once, but it sees only the
# files that existed when it was made. So its stamp carries a hash of the file list and the
# settings, and lies in build/ next to what it vouches for: set-up runs again by itself when
# needed, and only then.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := 1.1.1 1.2.2
COMPAT := $(PEERS:%=compat-%)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

SOURCES := find src envs wrappers agents benchmarks -type f -not -path '*/__pycache__/*' | LC_ALL=C sort
HASH := sha256sum | cut -c -16
SETUP := build/.installed-$(shell ($(SOURCES); cat setup.cfg pyproject.toml src/crossworld/__init__.py) | $(HASH))
CONTENT := .installed-$(shell ($(SOURCES) | xargs -d '\n' sha256sum setup.cfg pyproject.toml) | $(HASH))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check speed docs compat $(COMPAT) dev clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: dev  ## set up, then benchmark the default world: a table and an HTML report
	@$(BIN)/crossworld bench quick --fresh --out runs/quick

test: dev  ## set up, then all tests, slow ones last
	@$(BIN)/python -m pytest -n auto

check: dev  ## lint, format, types and import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

speed: dev  ## side-by-side timings
	@$(BIN)/crossworld speed

docs: dev  ## set up, then build the documentation
	@$(BIN)/sphinx-build -E -W --keep-going -n -q -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

compat: $(COMPAT)  ## contract tests on the older Gymnasium releases we support

dev: $(SETUP)  ## set up .venv, or bring it up to date

clean:  ## remove environments, builds and caches; results in runs/ stay
	rm -rf .venv .venv-compat-* build dist docs/_build docs/environments docs/floorplans *.egg-info .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install -q --upgrade pip 'setuptools>=77'

$(SETUP): $(VENV)/pyvenv.cfg
	@echo "Installing crossworld into $(VENV) ..."
	@rm -f build/.installed-*
	@PYTHONWARNINGS='ignore:Editable installation' $(BIN)/pip install -q --no-build-isolation -e '.[dev,alfworld,agents]' --config-settings editable_mode=strict
	@touch $@

# Regular installs, so the peers also prove the wheel. build/lib is removed because setuptools
# would pack files that the sources no longer have.
$(COMPAT): compat-%: .venv-compat-%/$(CONTENT)
	@echo "gymnasium $*:"
	@.venv-compat-$*/bin/python -m pytest -n auto tests/contract

$(PEERS:%=.venv-compat-%/$(CONTENT)): .venv-compat-%/$(CONTENT):
	@echo "Installing crossworld into .venv-compat-$* ..."
	@$(PYTHON) -m venv .venv-compat-$*
	@rm -rf build/lib build/bdist.* .venv-compat-$*/.installed-*
	@.venv-compat-$*/bin/pip install -q 'gymnasium==$*' '.[test]'
	@touch $@
