#!/usr/bin/env bash
# Measures iken beside its peers: run.sh [IKEN [OPTIONS OF run.py]]. Makes a virtual environment of its own first.
set -euo pipefail
cd "$(dirname "$0")/../.."
iken=${1:-target/release/iken}
venv=.venv-peers
[ -d "$venv" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement scripts/peers/requirements.txt
(cd scripts/peers && "../../$venv/bin/python" -m unittest --quiet test_rows)
exec "$venv/bin/python" scripts/peers/run.py --iken "$iken" "${@:2}"
