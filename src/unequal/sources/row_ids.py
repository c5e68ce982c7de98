"""What a row is called, and which rows of two extracts are one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from hashlib import blake2b
from typing import Any, Final

import ibis
import pyarrow as pa
from ibis import _

from unequal.sources.arrow import Values, pc
from unequal.sources.tables import FILE, ROW, ROW_ID
from unequal.terms.ids import SEPARATOR

EXTRACT_NUMBER: Final = "_extract"
TRACE: Final = "_trace"
TIMES: Final = "_times"
COUNTING: Final = "_counting"
CONTENT: Final = "_content"
COUNTED: Final = "_counted"


def row_names(rows: pa.Table, key: Sequence[str]) -> Values:
    """The id of each row before repeats are numbered: its key's parts joined, or a hash of all its values.

    The hash is BLAKE2b of 128 bits in hexadecimal: stable over machines and engines, and nobody can make up a
    second row of the same hash to have it counted as one with the first. An absent value is empty, which no
    accepted text is.

    Args:
        rows: typed rows, the source's own columns only.
        key: columns of the declared key, of text or days; none where rows are told apart by all of their values.
    """
    parts = [pc.fill_null(pc.cast(rows.column(name), pa.string()), "").combine_chunks() for name in key or rows.column_names]
    joined_parts = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, SEPARATOR)
    if key:
        return joined_parts
    texts = joined_parts.cast(pa.binary()).to_pylist()
    return pa.array([blake2b(text, digest_size=16).hexdigest() for text in texts], pa.string())


def joined(rows: ibis.Table, columns: Sequence[str]) -> Any:
    """The values of columns as one text. An absent value is empty: no accepted text is."""
    texts = [rows[column].cast("string").fill_null("") for column in columns]
    parts = [part for text in texts for part in (ibis.literal(SEPARATOR), text)][1:]
    return reduce(lambda left, right: left.concat(right), parts)


def traces(rows: ibis.Table) -> ibis.Table:
    """Rows with `_trace`: one whole number, equal for rows of one id and seldom equal for others.

    Each engine hashes in its own way: traces are compared within a run, and never kept.
    """
    return rows.mutate(**{TRACE: rows[ROW_ID].hash().cast("int64")})


def numbered(rows: ibis.Table, extracts: ibis.Table, *, count_once: bool) -> ibis.Table:
    """Rows with `_times` and `_row_id` made unique: the n-th row of a name in one extract is `name#n`.

    As multisets: two equal rows of one extract are two rows, and the same two in another extract are the same two.
    Where extracts are not to be compared, rows are numbered through all of them.

    Args:
        rows: rows with `_row_id`.
        extracts: `_file` and `_extract`, its place in the list of extracts.
        count_once: number within each extract, so that the extracts' rows meet.
    """
    rows = rows.inner_join(extracts, FILE)
    if count_once:
        window = ibis.window(group_by=[ROW_ID, EXTRACT_NUMBER], order_by=[ROW])
    else:
        window = ibis.window(group_by=[ROW_ID], order_by=[EXTRACT_NUMBER, ROW])
    rows = rows.mutate(**{TIMES: (ibis.row_number().over(window) + 1).cast("int64")})
    suffix = ibis.ifelse(rows[TIMES] == 1, "", ibis.literal("#").concat(rows[TIMES].cast("string")))
    return rows.mutate(**{ROW_ID: rows[ROW_ID].concat(suffix)})


def with_extract_that_counts(rows: ibis.Table, *, last: bool) -> ibis.Table:
    """Numbered rows with `_counting`: the extract whose row of this id counts.

    Args:
        rows: rows with `_row_id`, each at most once in an extract.
        last: the later extract counts, for rows under a key; else the first, for rows that are equal anyway.
    """
    same = ibis.window(group_by=[ROW_ID])
    extract = rows[EXTRACT_NUMBER]
    return rows.mutate(**{COUNTING: (extract.max() if last else extract.min()).over(same)})


def left_out(counted: ibis.Table, columns: Sequence[str]) -> ibis.Table:
    """For each file: `rows` left out, how many of them `changed`, and how many are `repeated` inside it.

    Args:
        counted: rows with `_counting`.
        columns: the source's own columns; a row left out has changed where any of them differs.
    """
    rows = counted.mutate(**{CONTENT: joined(counted, columns)})
    counting = rows.filter(_[EXTRACT_NUMBER] == _[COUNTING]).select(ROW_ID, **{COUNTED: _[CONTENT]})
    beside = rows.left_join(counting, ROW_ID)
    out = beside[EXTRACT_NUMBER] != beside[COUNTING]
    return beside.group_by(FILE).aggregate(
        rows=out.cast("int64").sum(),
        changed=(out & (beside[CONTENT] != beside[COUNTED])).cast("int64").sum(),
        repeated=(beside[TIMES] > 1).cast("int64").sum(),
    )
