"""Warnings held against Meridian's truth: who leaves within a quarter is known to the day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from ibis import _

from unequal import flow, storage
from unequal.config.storage import Storage
from unequal.customer_base.loyalty import events, mornings, steps, tables
from unequal.customer_base.loyalty.leaving import Floats, precision_at
from unequal.identity.tables import RELATIONSHIP
from unequal.value.tables import CUSTOMER_VALUE

TODAY = date(2025, 7, 1)
"""Half a year before Meridian's last day: until then its applications knew of nothing that came later."""
OPENED = date(2022, 1, 1)
WARNED_WEEKS = 13
NEVER = 1_000_000  # test accounts are nobody
NO_GOODS = ("POST", "EXPRESS", "GOODWILL", "CARDFEE")


@dataclass(frozen=True)
class Warned:
    """Customers of Meridian who were still there, each as the truth knows him.

    Args:
        found: what the step wrote, by table.
        scores: what behaviours that veered add to each one's chance of leaving.
        silent_days: since the last order.
        leaves: whether he leaves within the weeks of the warning.
    """

    found: dict[str, list[dict[str, Any]]]
    scores: Floats
    silent_days: Floats
    leaves: Floats


def read(paths: list[Path], delimiter: str, columns: list[str], *, encoding: str = "utf8") -> pa.Table:
    texts = pyarrow.csv.ConvertOptions(include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True)
    parsed = pyarrow.csv.ParseOptions(delimiter=delimiter, invalid_row_handler=lambda _row: "skip")  # some rows were planted to be bad
    letters = pyarrow.csv.ReadOptions(encoding=encoding)
    return pa.concat_tables([pyarrow.csv.read_csv(path, letters, parsed, texts) for path in paths])


def sessions_of(path: Path) -> pa.Table:
    """Visits of those who signed in; rows that were planted to be no JSON are left out."""
    rows = []
    for line in path.read_text(encoding="latin-1").splitlines():
        with suppress(ValueError):
            rows.append(json.loads(line))
    return pa.table({name: pa.array([str(row[name]) for row in rows if row.get("user_id")]) for name in ("user_id", "started_at")})


def on(text: Any) -> Any:
    """A day as the shop writes it; absent where there is none."""
    return (text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2)).try_cast("date")


@dataclass(frozen=True)
class Books:
    """Meridian's files as tables, and who is who as the truth has it: no matching of ours stands between."""

    engine: storage.Engine
    data: Path
    owners: ibis.Table

    def of_file(self, found: pa.Table) -> ibis.Table:
        return self.engine.rows(dict.fromkeys(found.column_names, "string"), found)

    def owned(self, rows: ibis.Table, source: str, column: str) -> ibis.Table:
        theirs = self.owners.filter(_.source == source).select("customer_id", _record="record_id")
        return rows.inner_join(theirs, rows[column] == theirs["_record"])

    def entries(self) -> ibis.Table:
        """Sales of goods: what the question reads of ENTRY."""
        columns = ["order_no", "line_no", "order_date", "customer_no", "line_type", "product_code"]
        # Bytes that are no letters were planted in some rows; in this encoding every byte is one.
        lines = read(sorted(self.data.glob("shop/order_lines-*.csv")), ";", columns, encoding="latin-1")
        sold = self.of_file(lines).filter(_.line_type == "SALE", ~_.product_code.isin(NO_GOODS)).distinct()
        told = {"line": "list_revenue", "amount": 1, "channel": "web", "market": "us"}
        sold = self.owned(sold, "shop_customers", "customer_no").mutate(**{name: ibis.literal(value) for name, value in told.items()})
        return sold.select(
            "customer_id",
            "line",
            "channel",
            "market",
            product="product_code",
            booked_on=on(_.order_date),
            amount=_.amount.cast("decimal(18, 4)"),
        )

    def contacts(self) -> ibis.Table:
        visits = self.owned(self.of_file(sessions_of(self.data / "web" / "sessions.jsonl")), "web_users", "user_id")
        calls = self.owned(
            self.of_file(read([self.data / "support" / "tickets.csv.gz"], ",", ["caller_id", "opened_at"])), "callers", "caller_id"
        )
        first = [
            rows.select("customer_id", contact=ibis.literal(kind), occurred_on=rows[day].substr(0, 10).try_cast("date"))
            for rows, kind, day in ((visits, "visit", "started_at"), (calls, "ticket", "opened_at"))
        ]
        return first[0].union(first[1])

    def declared(self) -> dict[str, ibis.Table]:
        points = self.of_file(read([self.data / "loyalty" / "points.tsv"], "\t", ["member_no", "booked_on", "kind"]))
        days = ["order_date", "promised_on", "delivered_on"]
        orders = self.of_file(
            read(sorted(self.data.glob("shop/orders-*.csv")), ";", ["order_no", "customer_no", *days], encoding="latin-1")
        ).distinct()
        return {
            "points": points.mutate(booked_on=_.booked_on.try_cast("date")),
            "orders": orders.mutate(**{day: on(orders[day]) for day in days}),
        }


@pytest.fixture(scope="module")
def warned(default_meridian: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warned]:
    """Meridian on a day half a year before its last: what the warnings of that day say, and what came."""
    scratch = tmp_path_factory.mktemp("why-customers-stay")
    project = flow.open_project(default_meridian, {}).config
    project = project.model_copy(update={"value": project.value.model_copy(update={"as_of": TODAY})})
    record = pq.read_table(default_meridian / "truth" / "record.parquet").select(["source", "record_id", "entity_id"])
    with storage.open_engine(Storage(engine="duckdb", threads=2), scratch / "engine") as engine:
        owners = engine.rows(
            dict.fromkeys(("source", "record_id", "customer_id"), "string"), record.rename_columns(["source", "record_id", "customer_id"])
        )
        books = Books(engine, default_meridian / "data", owners)
        entries = engine.materialise(books.entries(), "entries")
        customers = owners.select(
            "customer_id", kind=ibis.ifelse(owners["customer_id"].startswith("P"), "person", "organisation")
        ).distinct()
        known = steps.Known(
            entries, engine.materialise(books.contacts(), "contacts"), engine.rows(RELATIONSHIP.types, []), customers, owners,
            engine.rows(CUSTOMER_VALUE.types, []), books.declared(),
        )  # fmt: skip
        steps.find(engine, known, project=project, folder=scratch)
        found = {table.name: engine.fetch(engine.read(scratch / f"{table.name}.parquet")) for table in tables.LOYALTY}
        yield against_truth(default_meridian, found, still_there(engine, known))


def still_there(engine: storage.Engine, known: steps.Known) -> mornings.Morning:
    bought = events.orders(known.entries, until=TODAY)
    nothing = engine.rows({"customer_id": "string", "day": "date", "behaviour": "string"}, [])
    spans = events.Spans(timedelta(weeks=10), timedelta(weeks=WARNED_WEEKS), timedelta(weeks=26))
    return mornings.morning(mornings.Sources(engine.arrow, bought, known.entries, nothing, known.customers), (), TODAY, spans)


def against_truth(folder: Path, found: dict[str, list[dict[str, Any]]], there: mornings.Morning) -> Warned:
    trait = pq.read_table(folder / "truth" / "trait.parquet").select(["customer_id", "ended_on"]).to_pylist()
    ended = {row["customer_id"]: row["ended_on"] for row in trait}
    until = np.array([ended.get(str(customer), NEVER) for customer in there.ids]) - (TODAY - OPENED).days
    added = dict.fromkeys(map(str, there.ids), 0.0)
    for row in found["signal"]:
        if row["subject"] == "customer":
            added[row["customer_id"]] += row["added_loss_expected"]
    leaves = ((until >= 0) & (until <= 7 * WARNED_WEEKS)).astype(np.float64)
    return Warned(found, np.array([added[str(customer)] for customer in there.ids]), there.counts.silent_days, leaves)


@pytest.mark.parametrize("recall", [0.1, 0.2, 0.3])
def test_warnings_are_right_twice_as_often_as_days_since_the_last_order(warned: Warned, recall: float) -> None:
    by_behaviour = precision_at(warned.scores, warned.leaves, recall)
    assert by_behaviour >= 2 * precision_at(warned.silent_days, warned.leaves, recall)


def test_what_was_planted_is_found_and_a_later_day_agrees(warned: Warned) -> None:
    """Before most customers leave their visits fall, and many spend their points; failures of the company drive some away."""
    strengths = {row["behaviour"]: row for row in warned.found["behaviour"]}
    assert strengths["contact visit"]["effect"] == "keeps"
    assert strengths["declared points_spent"]["effect"] == "drives_away"
    assert strengths["declared points_spent"]["odds_ratio_low"] > 2
    assert all(strengths[name]["holds"] for name in ("contact visit", "declared points_spent"))


def test_the_held_out_day_says_so_too_without_the_truth(warned: Warned) -> None:
    early = [row for row in warned.found["warning_test"] if row["recall"] <= 0.3]
    assert early
    for row in early:
        assert row["precision_with_rhythm"] >= 2 * row["precision_of_recency"], row
        assert row["learned_until"] < row["day"]
