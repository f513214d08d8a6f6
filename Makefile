# Every target makes .venv and installs what it needs by itself, from pinned versions, and says what it is doing.
PYTHON ?= python3.11
BIN := .venv/bin
DEMO_DATA ?= fieldwork-data/demo
DEMO_REPORT ?= fieldwork-data/creative-class.pdf

SERVE_DATA ?= fieldwork-data/pages

.PHONY: help demo serve test check bench pictures format clean
help:
	@echo "make demo    the whole chain: recordings -> transcripts -> codes -> paradigm model -> PDF report"
	@echo "make serve   the pages, at http://127.0.0.1:8765/ (open the demo there, or begin a study)"
	@echo "make test    all tests (PostgreSQL too, where a server answers)"
	@echo "make check   lint, types, architecture contracts"
	@echo "make bench   the benchmarks; prints a table"
	@echo "make pictures the README's pictures, taken anew from the demo"

.venv/installed: requirements/lock.txt pyproject.toml
	@echo "== Making .venv and installing pinned packages (about two minutes, once) =="
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements/lock.txt torch==2.13.0
	@echo "== PyTorch is in; now the rest =="
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements/lock.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/fonts: .venv/installed fieldwork/report/assets/package-lock.json
	@echo "== Fetching the report's typefaces (Source Serif 4, Source Sans 3) =="
	@$(BIN)/python -m fieldwork.report.typesetting.fetch_fonts
	@touch $@

demo: .venv/fonts
	@$(BIN)/fieldwork demo --data $(DEMO_DATA) --report $(DEMO_REPORT)

.venv/assets: .venv/installed $(wildcard fieldwork/web/assets/* fieldwork/web/assets/*/*)
	@echo "== Building the pages' scripts, styles and typefaces =="
	@$(BIN)/fieldwork assets
	@touch $@

serve: .venv/fonts .venv/assets
	@$(BIN)/fieldwork serve --data $(SERVE_DATA)

test: .venv/fonts .venv/assets
	@echo "== Tests =="
	@$(BIN)/python -m pytest --numprocesses 2 --quiet

check: .venv/fonts
	@echo "== ruff: lint and format =="
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== mypy --strict =="
	@$(BIN)/mypy
	@echo "== import-linter: contracts of the house =="
	@$(BIN)/lint-imports

bench: .venv/fonts .venv/assets
	@$(BIN)/python tests/benchmarks

pictures: .venv/fonts .venv/assets
	@$(BIN)/python tests/journeys/pictures.py

format: .venv/installed
	@$(BIN)/ruff check --fix . || true
	@$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
