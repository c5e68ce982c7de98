"""Laws: a predicate means the same wherever it is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.predicates.grammar import COLUMNS, Written, everyday, extremes, predicates, rows
from tests.predicates.reference import evaluate

from unequal.predicates import compile_batch, holds, parse

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])


def arrow(found: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as Arrow, with the row's number beside them."""
    types = {column: ibis.dtype(stored).to_pyarrow() for column, stored in COLUMNS.items()}
    columns: dict[str, pa.Array] = {column: pa.array([row[column] for row in found], types[column]) for column in COLUMNS}
    return pa.table({**columns, "row_number": pa.array(range(len(found)), pa.int64())})


def answers(table: ibis.Table, written: Sequence[Written]) -> list[dict[str, Any]]:
    """What the engine behind a table answers, row by row, to every predicate at once."""
    compiled = {f"p{at}": compile_batch(parse(predicate.text, COLUMNS), table) for at, predicate in enumerate(written)}
    found: list[dict[str, Any]] = table.select("row_number", **compiled).order_by("row_number").to_pyarrow().to_pylist()
    return found


@pytest.mark.slow
@settings(LAW, max_examples=1000)
@given(written=predicates, row=rows(everyday))
def test_a_predicate_is_read_as_it_is_written(written, row):
    assert evaluate(parse(written.text, COLUMNS).root, row) is written.answer(row)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=1)
    yield connection
    connection.disconnect()


@pytest.mark.slow
@settings(LAW, max_examples=40)
@given(written=st.lists(predicates, min_size=10, max_size=20), found=st.lists(rows(extremes), min_size=5, max_size=15))
def test_duckdb_answers_a_predicate_as_its_tree_means_it(duckdb, written, found):
    table = duckdb.create_table("drawn", arrow(found), overwrite=True)
    for row, answer in zip(found, answers(table, written), strict=True):
        for at, predicate in enumerate(written):
            assert answer[f"p{at}"] is evaluate(parse(predicate.text, COLUMNS).root, row), (predicate.text, row)


@settings(LAW, max_examples=30)
@given(written=predicates, found=st.lists(rows(extremes), min_size=5, max_size=15))
def test_a_filter_and_its_opposite_keep_every_row_once(duckdb, written, found):
    table = duckdb.create_table("kept", arrow(found), overwrite=True)
    predicate = parse(written.text, COLUMNS)
    kept = table.filter(holds(predicate, table)).row_number.to_pyarrow().to_pylist()
    left = table.filter(~holds(predicate, table)).row_number.to_pyarrow().to_pylist()
    true = table.filter(compile_batch(predicate, table)).row_number.to_pyarrow().to_pylist()
    assert sorted([*kept, *left]) == list(range(len(found)))
    assert sorted(kept) == sorted(true)
