# One verb per job, here and in CI. Everything is installed into .venv, once.
PYTHON ?= python3
PORT ?= 3000
BIN := .venv/bin
SAM := .venv/sam/bin/sam
export PORT

REQUIREMENTS := requirements.txt $(wildcard layers/*/requirements.txt)

.PHONY: help demo up neo4j test openapi check lint types template build format clean

help: ## Show this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.runs ## Solve a problem through the whole system
	@$(BIN)/python -m local.demo

up: .venv/.runs ## Serve the local stack on $PORT
	@$(BIN)/python -m local.up

neo4j: .venv/.runs ## Fetch Neo4j now, rather than with the first make up
	@$(BIN)/python -m local.embedded.neo4j .local/cache

test: .venv/.tests ## Run the tests
	@$(BIN)/python -m pytest $(ARGS)

openapi: .venv/.runs ## Write docs/openapi.yaml anew
	@$(BIN)/python -m local.openapi > docs/openapi.yaml.new
	@mv docs/openapi.yaml.new docs/openapi.yaml

check: lint types template ## Lint, types and template checks

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tests
	$(BIN)/mypy

template: .venv/.tests .venv/sam/.installed
	$(BIN)/cfn-lint template.yaml
	$(SAM) validate --lint --region eu-central-1

# Without the SAM CLI's cache, which does not notice a change of layers/Makefile.
build: .venv/sam/.installed ## Build for Lambda; ARCHITECTURE=arm64 for its other processors
	$(SAM) build --no-cached $(if $(ARCHITECTURE),--parameter-overrides Architecture=$(ARCHITECTURE))

format: .venv/.tests ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean: ## Remove what was installed and built, and the local stack's state
	rm -rf .venv .local .aws-sam

.venv/.made:
	@echo "Setting up .venv, once; it takes a minute or so"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runs: .venv/.made $(REQUIREMENTS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.tests: .venv/.runs requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The SAM CLI pins older versions of what the project uses, so it lives in an environment of its own.
.venv/sam/.installed: .venv/.made requirements-sam.txt
	@$(PYTHON) -m venv .venv/sam
	@.venv/sam/bin/pip install --quiet --disable-pip-version-check -r requirements-sam.txt
	@touch $@
