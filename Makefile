.DEFAULT_GOAL := help
IKEN := target/release/iken
.PHONY: help build label train evaluate report bench peers spark-test spark-cost test check

help: ## this help
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program: target/release/iken
	cargo build --release --locked

label: build ## label both summaries in data/summaries with the committed model into out/ (JSON Lines and CSV)
	$(IKEN) label data/summaries/r01.txt data/summaries/r04-sample.txt -o out/
	$(IKEN) label data/summaries/r01.txt data/summaries/r04-sample.txt -o out/ --format csv --quiet

report: build ## compare the two years, with their hand labels, on one page: out/report.html
	$(IKEN) label data/summaries/r01.txt -o out/r01.jsonl --gold labels/r01.tsv --quiet
	$(IKEN) label data/summaries/r04-sample.txt -o out/r04-sample.jsonl --gold labels/r04-sample.tsv --quiet
	$(IKEN) report out/r01.jsonl out/r04-sample.jsonl -o out/report.html

train: build ## train models/iken.model and its card on labels, examples and codebook
	$(IKEN) train

evaluate: build ## nested cross-validation and unseen sources: out/evaluation.html, .md and .json
	$(IKEN) evaluate

bench: build ## throughput against bare segmentation, start-up and fitting
	cargo bench --locked
	scripts/bench.sh $(IKEN)

peers: build ## compare with other tools in a virtual environment of its own: docs/peers.md
	scripts/peers/run.sh $(IKEN) $(PEERS)

spark-test: build ## the Spark job on two workers on this machine (QUICK=1: a subset); needs Java and pip's pyspark
	tests/spark/run.sh $(IKEN)

spark-cost: build ## what Spark adds to the cost of labeling, and two workers against one
	$${PYTHON:-python3} -W ignore scripts/spark_cost.py

test: ## all tests
	cargo test --locked

check: ## what continuous integration runs: format, lints, documentation, tests, benches compiled
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
	cargo test --locked
