"""Sources that write the family name first, without a comma, are told by their own names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unequal import storage
from unequal.config.storage import Storage
from unequal.identity import name_order, nicknames
from unequal.identity.tables import PERSON_ATTRIBUTE, RECORD

FAMILY_FIRST = ["lopez rosa", "cervantes cabrera antonio", "yang daniel jr", "berg anna", "fox peter", "moss alice", "lund robert", "voss maria",
                "kern david", "marsh helen"]  # fmt: skip


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.Engine]:
    with storage.open_engine(Storage(threads=1), Path(tmp_path_factory.mktemp("scratch"))) as engine:
        yield engine


def told(engine: storage.Engine, names: Sequence[str], *, kind: str = "person") -> tuple[str, ...]:
    """Which sources stand family first, where one has these names."""
    records = [{"source": "calls", "record_id": str(at), "kind": kind, "is_test": False} for at, _ in enumerate(names)]
    values = [{"source": "calls", "record_id": str(at), "attribute": "full_name", "rank": 1, "value_given": name, "value_normalised": name}
              for at, name in enumerate(names)]  # fmt: skip
    known = engine.rows(name_order.GIVEN_NAME, name_order.given_names())
    order = name_order.order_of(engine.rows(RECORD.types, records), engine.rows(PERSON_ATTRIBUTE.types, values), known)
    return name_order.family_first(engine.fetch(order))


def test_ten_names_that_end_in_a_given_one_say_that_the_family_comes_first(engine: storage.Engine) -> None:
    assert told(engine, FAMILY_FIRST) == ("calls",)
    assert told(engine, FAMILY_FIRST[1:]) == ()
    assert told(engine, FAMILY_FIRST, kind="organisation") == ()


def test_twice_as_many_must_say_so_as_say_otherwise(engine: storage.Engine) -> None:
    assert told(engine, FAMILY_FIRST + ["anna berg"] * 4) == ("calls",)
    assert told(engine, FAMILY_FIRST + ["anna berg"] * 5) == ()
    assert told(engine, [*FAMILY_FIRST[1:], "berg, anna", "anna", "anna jr", "anna peter", "xu zz"]) == ()


def test_a_comma_is_put_before_the_given_name_and_nothing_else_is_touched(engine: storage.Engine) -> None:
    names = ["lopez rosa", "cervantes cabrera arturo", "yang daniel b jr", "de la cruz ana iii", "lopez, rosa", "rosa", "rosa jr", None]
    rows = engine.rows({"at": "int64", "name": "string"}, [{"at": at, "name": name} for at, name in enumerate(names)])
    found = engine.fetch(rows.select("at", name=name_order.turned(rows.name)).order_by("at"))
    assert [row["name"] for row in found] == [
        "lopez, rosa", "cervantes cabrera, arturo", "yang, daniel b jr", "de la cruz, ana iii", "lopez, rosa", "rosa", "rosa jr", None,
    ]  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    given_names=st.lists(st.sampled_from(sorted(nicknames.NAMES)), min_size=1, max_size=30),
    families=st.lists(st.sampled_from(["lopez", "yang", "von berg", "mcdonald", "anna", "jones jr"]), min_size=1, max_size=30),
)
def test_a_source_that_writes_the_given_name_first_is_never_turned(
    duckdb: storage.Engine, given_names: list[str], families: list[str]
) -> None:
    assert told(duckdb, [f"{first} {last}" for first in given_names for last in families]) == ()
