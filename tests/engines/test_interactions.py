"""Contacts are read, given their customers and counted alike on DuckDB and on Spark."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.books import project_with

from unequal import ledger, storage
from unequal.terms.errors import LedgerError

TYPES = {
    "who": "string", "at": "timestamp(6)", "way": "string", "team": "string", "long": "int64", "end": "string",
    "_file": "string", "_row": "int64", "_row_id": "string",
}  # fmt: skip
CALLS = {"read": "calls.csv", "interactions": {
    "customer": {"source": "crm", "id": "who"}, "occurred_at": "at", "contact": {"value": "call"}, "channel": "way",
    "agent": {"column": "team", "source": "teams", "key": "no", "value": "lead"}, "duration_seconds": "long", "outcome": "end",
}}  # fmt: skip
NIGHT = datetime(2026, 1, 31, 23, 30)  # half past midnight on the first of February in Berlin
NOON = datetime(2026, 1, 31, 12, 0)


def call(number: int, who: str | None, at: datetime | None, way: str | None, long: int | None, team: str = "7") -> dict[str, Any]:
    return {
        "who": who,
        "at": at,
        "way": way,
        "team": team,
        "long": long,
        "end": "solved",
        "_file": "calls.csv",
        "_row": number,
        "_row_id": f"r{number}",
    }


ROWS = [
    call(1, "ann", NIGHT, "phone", 61), call(2, "ann", NOON, "phone", None), call(3, "zoe", NOON, "chat", 30, team="8"),
    call(4, None, NOON, "phone", 5), call(5, "tim", None, None, 7), call(6, "bob", NOON, "phone", 9),
]  # fmt: skip


def made(engine: storage.Engine, folder: Path, calls: dict[str, Any] = CALLS, *, rows: Any = ROWS) -> list[dict[str, Any]]:
    project = project_with(sources={"calls": calls, "teams": {"read": "teams.csv"}})
    accepted = {"calls": engine.rows(TYPES, rows), "teams": engine.rows({"no": "string", "lead": "string"}, [{"no": "7", "lead": "Kim"}])}
    owners = [{"customer_id": f"c_{who}", "source": "crm", "record_id": who} for who in ("ann", "bob", "tim")]
    records = [{"source": "crm", "record_id": who, "is_test": who == "tim"} for who in ("ann", "bob", "tim")]
    ledger.steps.interactions(
        engine, project=project, rows=accepted, folder=folder,
        customer_record=engine.rows({"customer_id": "string", "source": "string", "record_id": "string"}, owners),
        records=engine.rows({"source": "string", "record_id": "string", "is_test": "boolean"}, records),
    )  # fmt: skip
    found: list[dict[str, Any]] = engine.fetch(engine.read(folder / "interaction.parquet").order_by("source_row"))
    return found


def test_a_contact_has_its_customer_or_a_reason_and_its_day_on_the_companys_clocks(engine: storage.Engine, tmp_path: Path) -> None:
    found = made(engine, tmp_path)
    assert [(row["customer_id"], row["unassigned_reason"], row["occurred_on"], row["agent"]) for row in found] == [
        ("c_ann", None, date(2026, 2, 1), "Kim"), ("c_ann", None, date(2026, 1, 31), "Kim"), ("unassigned", "unknown_customer", date(2026, 1, 31), None),
        ("unassigned", "no_customer_id", date(2026, 1, 31), "Kim"), ("unassigned", "test_account", None, "Kim"),
        ("c_bob", None, date(2026, 1, 31), "Kim"),
    ]  # fmt: skip
    assert found[0]["occurred_at"] == NIGHT
    assert {row["contact"] for row in found} == {"call"}
    assert len({row["interaction_id"] for row in found}) == len(ROWS)
    assert found[0]["interaction_id"] == md5(b"calls\x1fr1", usedforsecurity=False).hexdigest()


def test_contacts_and_seconds_are_counted_by_kind_and_channel_and_nothing_is_left_out(engine: storage.Engine, tmp_path: Path) -> None:
    made(engine, tmp_path)
    totals = engine.fetch(engine.read(tmp_path / "contact_total.parquet"))
    told = {
        (row["channel"], row["of_customers"]): (row["interactions"], row["customers"], row["timed"], row["duration_seconds"])
        for row in totals
    }
    assert told == {
        ("phone", True): (3, 2, 2, 70),
        ("phone", False): (1, 0, 1, 5),
        ("chat", False): (1, 0, 1, 30),
        (None, False): (1, 0, 1, 7),
    }
    assert sum(row["interactions"] for row in totals) == len(ROWS)


def test_the_last_contacts_of_a_customer_come_first(engine: storage.Engine, tmp_path: Path) -> None:
    made(engine, tmp_path)
    last = ledger.steps.last_contacts(engine, engine.read(tmp_path / "interaction.parquet"), "c_ann", limit=5)
    assert [row["row_id"] for row in last] == ["r1", "r2"]
    assert last[0]["duration_seconds"] == 61


def test_a_day_without_a_clock_leaves_the_moment_open(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    types = {**TYPES, "at": "date"}
    project = project_with(
        sources={
            "calls": {"read": "c.csv", "interactions": {"customer": {"source": "crm", "id": "who"}, "occurred_at": "at", "contact": "way"}}
        }
    )
    rows = duckdb_engine.rows(types, [{**ROWS[0], "at": date(2026, 1, 5)}])
    found = duckdb_engine.fetch(ledger.interactions.contacts_of(rows, "calls", project.sources["calls"], project=project))
    assert (found[0]["occurred_on"], found[0]["occurred_at"], found[0]["contact"]) == (date(2026, 1, 5), None, "phone")
    assert (found[0]["duration_seconds"], found[0]["agent"]) == (None, None)


@pytest.mark.parametrize(
    ("change", "code"), [({"occurred_at": "way"}, "LED009"), ({"duration_seconds": "end"}, "LED007"), ({"occurred_at": "when"}, "LED005")]
)
def test_a_mapping_onto_a_column_of_the_wrong_kind_is_refused(
    duckdb_engine: storage.Engine, tmp_path: Path, change: dict[str, str], code: str
) -> None:
    with pytest.raises(LedgerError) as caught:
        made(duckdb_engine, tmp_path, {**CALLS, "interactions": {**CALLS["interactions"], **change}})
    assert caught.value.code == code
    assert "sources.calls.interactions" in caught.value.where


def test_without_contacts_both_tables_are_there_and_empty(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    assert made(duckdb_engine, tmp_path, {"read": "calls.csv"}) == []
    assert duckdb_engine.count(duckdb_engine.read(tmp_path / "contact_total.parquet")) == 0


def test_reach_and_kindness_are_exact_and_what_cannot_be_is_absent(engine: storage.Engine, tmp_path: Path) -> None:
    mapped = {
        "customer": {"source": "crm", "id": "who"},
        "occurred_at": "at",
        "contact": {"value": "mention"},
        "reach": "seen",
        "kindness": "mood",
    }
    project = project_with(sources={"posts": {"read": "posts.csv", "interactions": mapped}})
    figures = [(1200, Decimal("0.25")), (0, Decimal(-1)), (None, None), (-5, Decimal("1.5"))]
    rows = [{**call(place, "ann", NOON, "x", None), "seen": seen, "mood": mood} for place, (seen, mood) in enumerate(figures)]
    table = engine.rows({**TYPES, "seen": "int64", "mood": "decimal(28, 10)"}, rows)
    found = engine.fetch(ledger.interactions.contacts_of(table, "posts", project.sources["posts"], project=project).order_by("source_row"))
    assert [(row["reach"], row["kindness"]) for row in found] == [(1200, Decimal("0.25")), (0, Decimal(-1)), (None, None), (None, None)]


def test_kindness_in_floats_is_refused(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    calls = {**CALLS, "interactions": {**CALLS["interactions"], "kindness": "way"}}
    with pytest.raises(LedgerError) as caught:
        made(duckdb_engine, tmp_path, calls)
    assert (caught.value.code, caught.value.where) == ("LED007", "sources.calls.interactions.kindness")
