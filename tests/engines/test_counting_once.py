"""Rows that stand in two extracts, named and counted alike on both engines."""

from hashlib import blake2b

import pyarrow.parquet as pq
import pytest

from unequal import sources
from unequal.config.project import Project
from unequal.config.sources import Source

FIRST = "no,total,at\n1,10.00,2026-01-01 10:00:00.5\n1,10.00,2026-01-01 10:00:00.5\n2,5.00,2026-01-01 10:00:00\n"
SECOND = "no,total,at\n1,10,2026-01-01 10:00:00.500\n2,6.00,2026-01-01 10:00:00\n3,,2026-01-01 10:00:00\n"
WHOLE = [("a.csv", 1), ("a.csv", 2), ("a.csv", 3), ("b.csv", 2), ("b.csv", 3)]
KEYED = [("a.csv", 2), ("b.csv", 1), ("b.csv", 2), ("b.csv", 3)]


@pytest.mark.parametrize(("key", "kept", "changed"), [(None, WHOLE, 0), ("no", KEYED, 1)])
def test_the_same_rows_count_under_the_same_ids(engine, tmp_path, key, kept, changed):
    folder = tmp_path / "out"
    folder.mkdir()
    files = [tmp_path / name for name in ("a.csv", "b.csv")]
    for file, text in zip(files, (FIRST, SECOND), strict=True):
        file.write_text(text)
    source = Source(read="*.csv", key=key, columns={"total": "money", "at": {"type": "timestamp", "format": "ISO"}})
    project = Project(project="test", reporting_currency="EUR", time_zone="UTC", sources={"orders": source})
    sources.accept(engine, "orders", source, files=files, project=project, folder=folder, root=tmp_path)
    rows = pq.read_table(folder / "rows.parquet").to_pylist()
    left = pq.read_table(folder / "counted_once.parquet").to_pylist()
    assert sorted((row["_file"], row["_row"]) for row in rows) == kept
    assert len(rows) + len(left) == 6
    first = next(row["_row_id"] for row in [*rows, *left] if (row["_file"], row["_row"]) == ("a.csv", 1))
    assert first == ("1" if key else blake2b(b"1\x1f10.0000000000\x1f2026-01-01 10:00:00.500000", digest_size=16).hexdigest())
    assert sum(row["rows_changed"] for row in pq.read_table(folder / "extract.parquet").to_pylist()) == changed
