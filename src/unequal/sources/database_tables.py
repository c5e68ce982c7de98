"""Tables of SQLite and PostgreSQL as extracts, whose columns keep their types."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from unequal import storage
from unequal.config import Source, addresses
from unequal.sources.parquet import typed_piece
from unequal.sources.pieces import Piece
from unequal.terms.errors import SourceError


class DatabaseReader:
    """A table of a database.

    Raises:
        SourceError: SRC019 no table is named.
        ConfigError: CFG009 its address leads nowhere.
        StorageError: STO040, STO041 the database cannot be read.
    """

    encoding = ""
    prelude: tuple[tuple[int, int, str], ...] = ()

    def __init__(self, file: Path, source: Source, where: str) -> None:
        if source.table is None:
            raise SourceError("SRC019", "a database is read, and no table of it is named", where=where, do="add table: NAME or SCHEMA.NAME")
        self.table = storage.databases.DatabaseTable(address_of(file, where), source.table)
        schema = storage.databases.columns_of(self.table)
        self.columns = tuple(schema.names)
        self.types = tuple(schema.types)

    def size(self) -> None:
        """See Reader.size: a table has no bytes."""
        return

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """See Reader.pieces."""
        first = 1
        for batch in storage.databases.stream_rows(self.table):
            yield partial(typed_piece, pa.Table.from_batches([batch]), first)
            first += batch.num_rows


def address_of(file: Path, where: str) -> str:
    """The address of a database: a file of SQLite, or what `env:NAME` or `file:PATH` leads to.

    Raises:
        ConfigError: CFG009, it leads nowhere.
    """
    given = str(file)
    if not addresses.is_reference(given):
        return f"sqlite:{file}"
    return addresses.follow(given, os.environ, Path(), where=where).get_secret_value()
