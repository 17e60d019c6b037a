# Everything here needs Python 3.11 or newer and make, and works from a fresh clone.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.ready
PIP   := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Two workers are what a small machine has; `make test WORKERS=8` where there is more.
WORKERS ?= 2

# DATA=DIR names a folder of streams (NAME.csv.gz with a column `label`) for tests and benchmarks.
ifneq ($(strip $(DATA)),)
override DATA := $(abspath $(DATA))
export DATA
endif

TYPED := streamal tests $(wildcard benchmarks deploy)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format test-crash test-prometheus test-kafka test-container test-chaos
.PHONY: soak bench bench-selection pages lock hooks clean

help: ## say what each target does
	@echo "make TARGET [DATA=DIR]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## make .venv and install what the locks name (others do it when needed)

# Made anew when a lock, the project's own metadata or the finder changes; never half made.
$(STAMP): requirements/dev.txt requirements/find-python pyproject.toml
	python=$$(PYTHON="$(PYTHON)" sh requirements/find-python) && rm -rf $(VENV) && "$$python" -m venv $(VENV)
	@echo "installing the locked libraries into $(VENV), once: about a minute, 600 MB"
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## the service on a real stream with a simulated annotator, then a report
	$(BIN)/streamal demo

test: check ## all that needs only Python: check, then every test but the long crash tests
	$(BIN)/pytest -n $(WORKERS)

check: $(STAMP) ## format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports --no-logo

format: $(STAMP) ## rewrite the code in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-crash: $(STAMP) ## kill real processes at random and at named moments, then verify
	$(BIN)/pytest tests/crash -m crash

# Debian: apt-get install prometheus prometheus-alertmanager
test-prometheus: $(STAMP) ## a real Prometheus and Alertmanager: every panel, every rule, an alert that fires
	$(BIN)/pytest tests/prometheus -m prometheus

# A real broker: Java 17 and Maven, which fetches Apache Kafka once; or one that runs already:
# make test-kafka STREAMAL_TEST_BOOTSTRAP=host:port
test-kafka: $(STAMP) ## every test that needs Apache Kafka, but the chaos
	$(BIN)/pytest tests/kafka -m kafka -n $(WORKERS)

# Debian: apt-get install buildah podman runc skopeo mmdebstrap netavark aardvark-dns; and Kafka as above
test-container: $(STAMP) ## build the image, run it hardened on a real Kafka, end it while samples flow
	$(BIN)/pytest tests/container -m container

test-chaos: $(STAMP) ## three workers on a real Kafka, killed, stopped and cut off for some minutes
	$(BIN)/pytest tests/chaos -m chaos

soak: $(STAMP) ## half an hour under load with random faults; by hand (MINUTES=30)
	$(BIN)/python -m tests.chaos soak --rounds $(or $(MINUTES),30)

bench: $(STAMP) ## benchmarks, with a report (BENCH=NAME for one of benchmarks/NAME.py)
	$(BIN)/python -m benchmarks$(if $(BENCH),.$(BENCH)) $(ARGS)

# Half an hour on two cores; with CACHE=FOLDER it goes on where it was stopped, ARGS=--short takes a minute.
bench-selection: $(STAMP) ## our selection beside other tools', on the same streams and models (ARGS=--write: into docs/)
	$(BIN)/python -m benchmarks.selection $(if $(CACHE),--cache $(CACHE)) $(ARGS)

# No address of an index and no path goes into a lock, so it serves behind any mirror.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(UPGRADE)

lock: $(STAMP) ## write the locks in requirements/ anew from pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(PIP) --require-hashes -r requirements/lock.txt
	$(COMPILE) --output-file requirements/run.txt
	$(COMPILE) --constraints requirements/run.txt --extra parquet --extra confluent --group dev --output-file requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header $(UPGRADE) --group lock --output-file requirements/lock.txt

pages: $(STAMP) ## make docs, dashboard and Kubernetes rules anew from the code they are made of
	$(BIN)/python -m tests.cli.page > docs/cli.md
	$(BIN)/python -m tests.serve.page > docs/metrics.md
	$(BIN)/python -c "from streamal.settings.docs import page; print(page(), end='')" > docs/settings.md
	$(BIN)/python -m deploy.grafana > deploy/grafana/streamal.json
	$(BIN)/python -m deploy.k8s.prometheusrule

hooks: $(STAMP) ## switch on the local pre-commit hooks
	$(BIN)/pre-commit install

clean: ## remove the virtual environment and all caches
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
