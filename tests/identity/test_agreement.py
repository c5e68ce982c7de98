"""In which levels two records agree, and what that is worth before anything is learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.identity.bases import Base, parts, project
from tests.identity.test_resolve import people

from unequal import storage
from unequal.identity.matching import weighing
from unequal.identity.matching.coding import coded_records
from unequal.identity.matching.comparisons import comparisons_for
from unequal.identity.matching.frequencies import frequencies_of
from unequal.identity.matching.levels import levels_of, variants_of
from unequal.identity.matching.scoring import weighed
from unequal.identity.matching.weighing import CLASSES

ONE, OTHER = np.array([0]), np.array([1])


def levels(*records: dict[str, Any]) -> dict[str, int]:
    """Comparison -> level of the first two records."""
    coded = records_of(*records)
    comparisons = comparisons_for("person", coded)
    found = levels_of(variants_of(coded), comparisons, ONE, OTHER)
    return {comparison.name: int(level[0]) for comparison, level in zip(comparisons, found, strict=True)}


def records_of(*records: dict[str, Any]) -> Any:
    names = sorted({name for record in records for name in record})
    table = pa.table({name: pa.array([record.get(name) for record in records], pa.string()) for name in names})
    return coded_records(table, names)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1971-06-24", "1971-06-24", 1),
        ("1971-06-24", "1971-06-42", 2),
        ("1971-06-24", "1981-06-24", 2),
        ("1971-06-07", "1971-07-06", 2),
        ("1971-06-24", "1971-06-11", 3),
        ("1971-06-24", "1971-02-11", 4),
        ("1971-06", "1971-06-24", 4),
        ("1971-06-24", "1972-05-11", 5),
        ("1971-06-24", "1970-05-30", 5),
        ("1971-06-24", "1972-08-11", 6),
        ("1971-06-24", "1991-02-11", 6),
    ],
)
def test_days_agree_as_far_as_a_slip_a_part_or_a_year_goes_and_no_further(one: str, other: str, level: int) -> None:
    assert levels({"birth_date": one}, {"birth_date": other})["birth date"] == level
    assert levels({"birth_date": other}, {"birth_date": one})["birth date"] == level


def test_a_short_name_at_nearly_the_same_host_is_close_and_another_short_name_there_is_not() -> None:
    assert levels({"email": "e.e@day.com"}, {"email": "e.e@ay.cod"})["e-mail"] == 3
    assert levels({"email": "e.e@day.com"}, {"email": "e.i@day.com"})["e-mail"] == 5


@pytest.mark.parametrize(("one", "other", "level"), [("2", "2", 1), (None, None, 2), ("2", None, 3), (None, "1", 3), ("1", "2", 4)])
def test_what_generation_two_records_say_is_compared_though_one_says_nothing(one: str | None, other: str | None, level: int) -> None:
    third = {"given": "ann", "generation": "2"}
    assert levels({"given": "jon", "generation": one}, {"given": "jon", "generation": other}, third)["generation"] == level


def weight(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Of two records before anything is learned, in a base of a thousand."""
    somebody = {"given": "ann", "family": "lee", "street": "main st", "house_number": "1", "email": "ann@x.org", "generation": "2"}
    coded = records_of(one, other, somebody)
    comparisons, variants = comparisons_for("person", coded), variants_of(coded)
    strangers = tuple(np.array([1.0, *(level.strangers for level in comparison.levels)]) for comparison in comparisons)
    shares = np.array([kind.share for kind in CLASSES]) / 1000
    chances = weighing.defaults(comparisons, strangers, np.append(shares, 1 - shares.sum()))
    return float(weighed(variants, comparisons, chances, frequencies_of(coded), ONE, OTHER).total[0])


def test_who_is_called_junior_is_less_likely_one_with_a_namesake_of_his_house_who_is_not() -> None:
    jon = {"given": "jon", "family": "yang", "street": "maple ave", "house_number": "12"}
    assert weight({**jon, "generation": "2"}, jon) < weight(jon, jon) < weight({**jon, "generation": "2"}, {**jon, "generation": "2"})


def test_an_address_that_is_none_but_for_a_slip_speaks_for_its_owner(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    rows = people(
        {"id": "1", "given": "Ann", "family": "Lee", "born": "1971-06-24", "mail": "ann.lee77@hillbakery.org"},
        {"id": "b1", "given": "Ann", "mail": "ann.lee77hillbakery.org"},
        {"id": "b2", "given": "Ann", "mail": "somebody.elsevalleyinn.org"},
    )
    assert parts(Base(duckdb_engine, tmp_path, project()).run(rows)) == {frozenset({"1", "b1"}), frozenset({"b2"})}
