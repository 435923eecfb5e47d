# Every target says what it does: `make` prints them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_PEERS := $(VENV)/.installed-peers
export HF_HUB_OFFLINE ?= 1

.DEFAULT_GOAL := help
.PHONY: help chat test lint check bench eval-retrieval eval-answers eval-judges soak samples clean
# Question sets and pages for measuring (see evals/); none of them is part of the project.
DATA ?= $(or $(DOSSIER_DATA),../shared/data)
SETS ?= $(wildcard $(addprefix $(DATA)/,xquad squad2 clapnq multihop mtrag_un news)) evals/datasets/samples

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

chat: $(INSTALLED) ## Install, index the sample collection, and serve the chat on http://127.0.0.1:7860
	@$(BIN)/dossier web --samples

test: $(INSTALLED_DEV) ## Run all tests
	$(BIN)/python -m pytest -q

lint: $(INSTALLED_DEV) ## Check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## Everything that a change must pass

bench: $(INSTALLED_PEERS) ## Print how fast everything is, as ratios (DATA=folder of question sets, ARGS=options)
	$(BIN)/python -m evals.bench $(DATA)/news $(ARGS)
	$(BIN)/python -m evals.syndication $(DATA)/news
	$(BIN)/python -m evals.extraction $(DATA)/extraction

eval-retrieval: $(INSTALLED_PEERS) ## Print how much of the evidence is found, beside a plain recipe (SETS=folders, ARGS=options)
	$(BIN)/python -m evals.retrieval $(SETS) $(ARGS)

eval-answers: $(INSTALLED) ## Print how often answers hold the answer, and are refused when they should be (SETS=folders, ARGS=options)
	$(BIN)/python -m evals.answers $(SETS) $(ARGS)

eval-judges: $(INSTALLED) ## Print how well judges tell supported claims from others (DATA=folder of judge sets, ARGS=options)
	$(BIN)/python -m evals.judges $(DATA) $(ARGS)

soak: $(INSTALLED) ## Kill indexing 30 times at random instants, and prove that nothing is lost or doubled
	$(BIN)/python tests/soak.py

samples: $(INSTALLED) ## Write the sample question set anew from the sample articles
	$(BIN)/python -m evals.samples

clean: ## Remove the environment and all caches (never your collections)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Dossier needs Python 3.11 or newer; try make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $(INSTALLED) $@

$(INSTALLED_PEERS): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[peers]'
	@touch $(INSTALLED) $@
