.DEFAULT_GOAL := help
.PHONY: help check test spark-test spark-cost peers

help: ## this help
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## all tests
	cargo test --locked

check: ## what continuous integration runs: format, lints, documentation, tests
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
	cargo test --locked

PYTHON ?= python3

spark-test: ## the Spark job on two workers on this machine; QUICK=1 for 20,000 texts instead of 1,000,000
	@java -version 2>/dev/null && $(PYTHON) -c 'import pandas, pyarrow, pyspark' 2>/dev/null \
		|| { echo "spark-test: left out: Java 17 and a Python with pyspark, pyarrow and pandas are needed (PYTHON=…)"; exit 0; } \
		&& cargo build --locked --release \
		&& QUICK=$(QUICK) $(PYTHON) -W ignore tests/spark/test_label_job.py

spark-cost: ## what Spark adds to the cost of iken, and two workers against one: a table (an hour)
	cargo build --locked --release
	$(PYTHON) -W ignore scripts/spark_cost.py $(COST)

peers: ## iken beside scikit-learn, fastText and sentence embeddings: one table, docs/peers.md (an hour or more)
	cargo build --locked --release
	test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement scripts/peers/requirements.txt
	cd scripts/peers && ../../.venv-peers/bin/python -m unittest --quiet test_rows
	.venv-peers/bin/python scripts/peers/run.py $(PEERS)
