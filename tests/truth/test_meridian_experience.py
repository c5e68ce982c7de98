"""Meridian's surveys, contacts and deliveries held against what was planted: which parts matter, who serves well, what was late."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from unequal import storage
from unequal.answers.agents import _LEANS
from unequal.config.storage import Storage
from unequal.customer_base.experience import contacts
from unequal.customer_base.experience.driving import Drivers, drivers
from unequal.customer_base.experience.steadying import change_beside_others, steadied
from unequal.customer_base.experience.tables import SERVICE_CONTACT
from unequal.demo import parameters
from unequal.demo.tickets import QUOTA_TEAM

QUOTA_FROM = date(2024, 7, 1)
PARTS = parameters.ATTRIBUTES
SPOILED = csv.ParseOptions(invalid_row_handler=lambda row: "skip")
"""Some rows are spoiled on purpose."""


def surveyed(world: Path) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Scores of the parts; satisfaction and, from the truth, how long each stays; whose each answer is."""
    answers = csv.read_csv(world / "data/office/surveys.csv", convert_options=csv.ConvertOptions(column_types={"customer_no": pa.string()}))
    entity = {
        row["record_id"]: row["entity_id"]
        for row in pq.read_table(world / "truth/record.parquet").to_pylist()
        if row["source"] == "shop_customers"
    }
    leaves = {row["customer_id"]: row["dropout_weekly"] for row in pq.read_table(world / "truth/customer_process.parquet").to_pylist()}
    who = [entity.get(number) for number in answers["customer_no"].to_pylist()]
    known = np.array([name is not None and leaves[name] is not None for name in who])
    scores = np.column_stack([answers[part].to_numpy() for part in PARTS]).astype(float)[known]
    stays = -np.log([leaves[name] for name, is_known in zip(who, known, strict=True) if is_known])
    whose = np.unique([name for name, is_known in zip(who, known, strict=True) if is_known], return_inverse=True)[1]
    return scores, {"satisfaction": answers["satisfaction"].to_numpy().astype(float)[known], "staying": stays}, whose


@pytest.fixture(scope="module")
def driven(default_meridian: Path) -> dict[str, Drivers]:
    scores, outcomes, whose = surveyed(default_meridian)
    return {name: drivers(scores, outcome, whose) for name, outcome in outcomes.items()}


def test_what_pleases_comes_out_in_the_planted_order(driven: dict[str, Drivers]):
    effects = parameters.SATISFACTION_EFFECTS
    found = [PARTS[at] for at in np.argsort(-driven["satisfaction"].importance)]
    assert found == sorted(PARTS, key=lambda part: -effects[part])


def test_what_keeps_is_another_thing_than_what_pleases(driven: dict[str, Drivers]):
    effects = parameters.DROPOUT_EFFECTS
    keeps = driven["staying"]
    assert PARTS[int(keeps.importance.argmax())] == max(PARTS, key=lambda part: -effects[part]) == "delivery"
    assert keeps.leads.max() > 0.9
    assert PARTS[int(driven["satisfaction"].importance.argmax())] != "delivery"


@pytest.fixture(scope="module")
def served(default_meridian: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Tickets as SERVICE_CONTACT, the caller for the customer, each with what is true of it."""
    team = {row["agent"]: row["team"] for row in pq.read_table(default_meridian / "truth/agent.parquet").to_pylist()}
    rows, seen = [], set()
    for row in csv.read_csv(default_meridian / "data/support/tickets.csv.gz", parse_options=SPOILED).to_pylist():
        opened = row["opened_at"] if isinstance(row["opened_at"], datetime) else _moment(row["opened_at"])
        if opened is None or row["ticket_no"] in seen or row["agent"] not in team:
            continue
        if not str(row["handle_seconds"]).isdecimal():
            continue
        seen.add(row["ticket_no"])
        rows.append({
            "contact_id": row["ticket_no"], "customer_id": row["caller_id"], "occurred_on": opened.date(), "moment": opened, "agent": row["agent"],
            "incentive_from": QUOTA_FROM if team[row["agent"]] == QUOTA_TEAM else None, "recorded": row["reason_code"],
            "about": row["order_no"] or None, "duration_seconds": int(row["handle_seconds"]),
        })  # fmt: skip
    types = {name: kind for name, kind in SERVICE_CONTACT.types.items() if name not in ("is_again", "came_again", "recorded_again")}
    truth = {row["ticket_no"]: row for row in pq.read_table(default_meridian / "truth/ticket.parquet").to_pylist()}
    with storage.open_engine(Storage(engine="duckdb", threads=1), tmp_path_factory.mktemp("served")) as engine:
        table = engine.rows({**types, "moment": "timestamp(6)"}, rows)
        found = engine.fetch(contacts.came_again(table, within_days=8, known_until=max(row["occurred_on"] for row in rows)))
    return [{**row, "truth": truth[row["contact_id"]]} for row in found if row["contact_id"] in truth]


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def test_nearly_all_contacts_about_the_same_matter_are_found_and_one_in_five_is_about_another(served):
    said, true = (np.array([test(row) for row in served]) for test in (lambda row: row["is_again"], lambda row: row["truth"]["repeat"] > 0))
    assert (said & true).sum() / said.sum() > 0.75
    assert (said & true).sum() / true.sum() > 0.95


def test_agents_who_pick_the_first_code_are_found_and_no_other(served, default_meridian: Path):
    agents = pq.read_table(default_meridian / "truth/agent.parquet").to_pylist()
    names = sorted({row["agent"] for row in served})
    cases = np.array([sum(row["agent"] == name for row in served) for name in names], dtype=float)
    hits = np.array([sum(row["agent"] == name and row["recorded"] == "GENERAL" for row in served) for name in names], dtype=float)
    found = steadied(hits, cases)
    leaning = {name for name, low in zip(names, found.low, strict=True) if low > _LEANS * np.median(found.mean)}
    assert leaning == {row["agent"] for row in agents if row["picks_first"] > 0.5}


def test_what_pay_for_short_calls_does_to_repeat_contacts_lies_within_its_range(served):
    names = sorted({str(row["agent"]) for row in served})
    before, after, weight, paid = [], [], [], []
    for name in names:
        own = [row for row in served if row["agent"] == name and not row["is_again"] and row["came_again"] is not None]
        early, late = ([row["came_again"] for row in own if (row["occurred_on"] >= QUOTA_FROM) is is_late] for is_late in (False, True))
        before.append(np.mean(early))
        after.append(np.mean(late))
        weight.append(len(late))
        paid.append(any(row["incentive_from"] is not None for row in own))
    found = change_beside_others(np.array(before), np.array(after), np.array(weight, dtype=float), np.array(paid))
    assert found.low < 0.15 * 0.7 < found.high  # planted: 15 in 100 fewer are resolved, and seven in ten of those come again
    assert found.is_told_apart
