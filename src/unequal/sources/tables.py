"""Contracts of the tables that reading leaves beside the rows themselves."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract

FILE: Final = "_file"
ROW: Final = "_row"
BYTE: Final = "_byte"
ROW_ID: Final = "_row_id"
BOOKKEEPING: Final = (FILE, ROW, BYTE, ROW_ID)
"""Columns that stand beside a source's own in `rows` and `counted_once`; no source may have a column of these names."""

QUARANTINED: Final = TableContract(
    "quarantined",
    "Rows that do not fit their contract, kept as they were found; the rest of their file goes on.",
    (
        Column("source", "string", "Source as the config names it."),
        Column("file", "string", "File it stands in, relative to the project; of a database, the table."),
        Column("row", "int64", "Which data row of the file, from 1; absent for a footer.", unit="rows", nullable=True),
        Column("byte_start", "int64", "First byte in the decompressed file; absent outside text files.", unit="bytes", nullable=True),
        Column("byte_end", "int64", "Byte after the last; absent outside text files.", unit="bytes", nullable=True),
        Column("column", "string", "First column that fails; absent where the row itself is broken.", nullable=True),
        Column("reason", "string", "Code of the reason, as in docs/reference/sources.md."),
        Column("detail", "string", "The reason in words, with what was seen."),
        Column("raw", "string", "The row as it was found, unreadable bytes as backslash escapes; its first 4,096 bytes.", personal=True),
    ),
)

SPAN: Final = TableContract(
    "span",
    "What became of every byte of a text file: the spans of a file follow each other from 0 to its size without a gap.",
    (
        Column("source", "string", "Source as the config names it."),
        Column("file", "string", "File, relative to the project."),
        Column("byte_start", "int64", "First byte in the decompressed file.", unit="bytes"),
        Column("byte_end", "int64", "Byte after the last.", unit="bytes"),
        Column("status", "string", "header, skipped, accepted, quarantined or footer."),
        Column("rows", "int64", "Data rows inside; blank lines are bytes without a row.", unit="rows"),
    ),
    key=("source", "file", "byte_start"),
)

EXTRACT: Final = TableContract(
    "extract",
    "One file or database table that was read for a source, with what became of its rows.",
    (
        Column("source", "string", "Source as the config names it."),
        Column("file", "string", "File, relative to the project; of a database, the table."),
        Column("format", "string", "csv, tsv, spaced, parquet, jsonl, xlsx, xls, sqlite or postgresql."),
        Column("bytes", "int64", "Size, decompressed; absent for databases.", unit="bytes", nullable=True),
        Column("rows_read", "int64", "Data rows met: accepted, quarantined and counted once elsewhere.", unit="rows"),
        Column("rows_accepted", "int64", "Rows that count.", unit="rows"),
        Column("rows_quarantined", "int64", "Rows that do not fit their contract.", unit="rows"),
        Column("rows_counted_once", "int64", "Rows left out because another extract holds them.", unit="rows"),
        Column("encoding", "string", "utf-8, utf-8-sig, utf-16-le or utf-16-be; empty for typed sources."),
        Column("rows_changed", "int64", "Of the rows left out, those that a later extract holds in another version.", unit="rows"),
        Column("rows_repeated", "int64", "Rows that stand in this extract before, by key or as a whole; they are kept.", unit="rows"),
    ),
    key=("source", "file"),
)

FLAG: Final = TableContract(
    "flag",
    "Accepted values that a reader should know to be doubtful.",
    (
        Column("source", "string", "Source as the config names it."),
        Column("file", "string", "File, relative to the project."),
        Column("row", "int64", "Which data row of the file, from 1.", unit="rows"),
        Column("column", "string", "Column of the value."),
        Column("reason", "string", "time_in_gap: no clock showed it; time_twice: two moments bear it, the first is taken."),
        Column("detail", "string", "The value as given, and what was made of it."),
    ),
)
