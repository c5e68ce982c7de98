"""What an application needs while it writes: the folder, the true books, the truth's tables and the planted dirt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from unequal.demo.books import Books
from unequal.demo.columns import Arrow, Bools, Ints, Texts
from unequal.demo.parameters import World
from unequal.demo.text_files import ParquetFile, SqliteFile, TextFile


class Ink:
    """Open files under `data/` and `truth/`, and the books."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world
        self.books = Books()
        self._data: dict[str, TextFile | ParquetFile | SqliteFile] = {}
        self._truth: dict[str, ParquetFile] = {}
        self._dirt: list[dict[str, str | int]] = []
        self.footers: dict[str, int] = {}

    def text(self, path: str, header: str = "", *, mark: bytes = b"") -> TextFile:
        """A text file under `data/`, opened at the first call."""
        if path not in self._data:
            self._data[path] = TextFile(self.folder / "data" / path, header, mark=mark)
        found = self._data[path]
        assert isinstance(found, TextFile), "one path, one kind of file"
        return found

    def parquet(self, path: str) -> ParquetFile:
        """A Parquet file under `data/`."""
        if path not in self._data:
            self._data[path] = ParquetFile(self.folder / "data" / path)
        found = self._data[path]
        assert isinstance(found, ParquetFile), "one path, one kind of file"
        return found

    def sqlite(self, path: str, tables: Mapping[str, str]) -> SqliteFile:
        """A SQLite database under `data/`."""
        if path not in self._data:
            self._data[path] = SqliteFile(self.folder / "data" / path, tables)
        found = self._data[path]
        assert isinstance(found, SqliteFile), "one path, one kind of file"
        return found

    def truth(self, name: str, columns: Mapping[str, Arrow | Texts | Ints | Bools]) -> None:
        """Add rows to a table of the truth."""
        if name not in self._truth:
            self._truth[name] = ParquetFile(self.folder / "truth" / f"{name}.parquet")
        self._truth[name].table(pa.table({key: _arrow(values) for key, values in columns.items()}))

    def dirt(self, **facts: str | int) -> None:
        """Note one planted bad row."""
        self._dirt.append(facts)

    def close(self) -> None:
        """Finish all files."""
        names = ("source", "file", "row", "reason", "amount_name", "currency", "amount_units")
        rows = [{name: fact.get(name) for name in names} for fact in self._dirt]
        types = [(n, pa.int64() if n in {"row", "amount_units"} else pa.string()) for n in names]
        self.truth("bad_row", {n: pa.array([row[n] for row in rows], t) for n, t in types})
        sums = self.books.table()
        self.truth("money", dict(zip(sums.column_names, sums.columns, strict=True)))
        for file in [*self._data.values(), *self._truth.values()]:
            file.close()


def _arrow(values: Arrow | Texts | Ints | Bools) -> Arrow:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    return pa.array(values, pa.string()) if values.dtype == object else pa.array(values)
