"""Tables of texts to label."""

import itertools
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from texts import texts  # noqa: E402

SCHEMA = pa.schema([("id", pa.int64()), ("text", pa.string()), ("note", pa.string())])
ROWS_A_BATCH = 50_000


def write_parquet(path, n, strange=True):
    """Writes ids, texts and a column that is none of iken's business."""
    rows = texts(n, strange=strange)
    with pq.ParquetWriter(path, SCHEMA) as writer:
        for start in range(0, n, ROWS_A_BATCH):
            ids = range(start, min(n, start + ROWS_A_BATCH))
            columns = [list(ids), list(itertools.islice(rows, len(ids))), [f"n{i % 97}" for i in ids]]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA)]
            writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
