"""What an open base keeps for questions that ask for the same again, and how much of it."""

from __future__ import annotations

import pytest

from unequal.flow.kept_tables import KeptTables
from unequal.storage.engine import Engine


def of(engine: Engine, *numbers: int):
    return engine.rows({"number": "int64"}, [{"number": number} for number in numbers])


def test_what_is_asked_again_is_run_once(engine):
    numbers, kept = of(engine, 1, 2, 3), KeptTables(engine)
    first = kept.keep(numbers.filter(numbers["number"] > 1))
    assert kept.keep(numbers.filter(numbers["number"] > 1)).equals(first)
    assert len(kept) == 1
    assert {row["number"] for row in engine.fetch(first)} == {2, 3}


def test_of_too_many_tables_the_one_asked_for_longest_ago_goes(duckdb_engine):
    numbers, kept = of(duckdb_engine, 1, 2, 3, 4), KeptTables(duckdb_engine, most_tables=2, untouched=1)
    tables = [numbers.filter(numbers["number"] > least) for least in range(3)]
    first, second = kept.keep(tables[0]), kept.keep(tables[1])
    assert kept.keep(tables[0]).equals(first)  # asked for again: now the second is older
    kept.keep(tables[2])
    assert len(kept) == 2
    assert duckdb_engine.count(first) == 4
    with pytest.raises(Exception, match=second.get_name()):
        duckdb_engine.count(second)
    assert duckdb_engine.count(kept.keep(tables[1])) == 3  # and is made anew when it is asked for


def test_of_tables_with_too_many_values_the_oldest_go_too(engine):
    numbers, kept = of(engine, *range(10)), KeptTables(engine, most_values=12, untouched=1)
    kept.keep(numbers)
    last = kept.keep(numbers.filter(numbers["number"] < 5))
    assert len(kept) == 1
    assert engine.count(last) == 5


def test_what_the_question_under_way_may_read_stays_however_much_it_is(duckdb_engine):
    numbers, kept = of(duckdb_engine, *range(10)), KeptTables(duckdb_engine, most_tables=1, most_values=1, untouched=3)
    tables = [kept.keep(numbers.filter(numbers["number"] >= least)) for least in range(3)]
    assert [duckdb_engine.count(table) for table in tables] == [10, 9, 8]
