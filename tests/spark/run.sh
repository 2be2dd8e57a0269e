#!/usr/bin/env bash
# Tests the Spark job, where Java and a Python with pyspark are present; QUICK=1 takes 20,000 texts instead of 1,000,000.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
if ! java -version 2>/dev/null || ! "$python" -c 'import pandas, pyarrow, pyspark' 2>/dev/null; then
    echo "left out: the Spark tests need Java 17 and a Python with pyspark, pyarrow and pandas (PYTHON=…)" >&2
    exit 0
fi
exec env IKEN="${1:-target/release/iken}" "$python" -W ignore tests/spark/test_label_job.py
