"""Parquet's own word on our Parquet files.

Run:    python trainer/src/test/golden/check_parquet.py [FILE]
Run with pyarrow 26 and pandas installed.

FILE, by default resources/golden/vectors.parquet, is what RowFileTest writes: the vectors of vectors.npy and the sentences
"sentence é日 0" to "… 63", ten rows a row group. Checks with pyarrow and pandas that exactly these are read from it.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

GOLDEN = Path(__file__).parents[1] / "resources" / "golden"
file = sys.argv[1] if len(sys.argv) > 1 else GOLDEN / "vectors.parquet"

table = pq.read_table(file)
vectors = np.load(GOLDEN / "vectors.npy")
metadata = pq.ParquetFile(file).metadata
assert table.schema.names == ["sentence", "embedding"], table.schema
assert table.schema.field("sentence").type == pa.string(), table.schema
assert table.schema.field("embedding").type == pa.list_(pa.field("element", pa.float32(), nullable=False)), table.schema
assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [10, 10, 10, 10, 10, 10, 4]
assert table["sentence"].to_pylist() == [f"sentence é日 {i}" for i in range(len(vectors))]
assert np.array_equal(np.stack(pd.read_parquet(file)["embedding"].to_numpy()).view(np.int32), vectors.view(np.int32))
print(f"{file}: as it should be; {metadata.created_by}")
