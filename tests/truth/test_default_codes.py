"""Defaults that are planted are found, and clean fields are left alone; the weights were set on other worlds than these."""

from __future__ import annotations

import sqlite3

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv
from tests.truth.made_codes import field

from unequal import demo, flow
from unequal.customer_base.codes.evidence import Verdict, judge
from unequal.customer_base.codes.looking import AT_LEAST, Looked, Rows, look
from unequal.customer_base.codes.sampling import coded, contexts_of
from unequal.demo.tickets import QUOTA_TEAM

FIRST_SEED = 100_000
FIELDS = 200


def judged(seed: int, *, planted: bool) -> tuple[Verdict | None, int | None]:
    made = field(seed, planted=planted)
    return judge(made.codes, {"agent": made.agent}, made.contexts), made.default


def test_fewer_than_one_clean_field_in_a_hundred_is_called_a_default():
    found = [judged(FIRST_SEED + seed, planted=False)[0] for seed in range(FIELDS)]
    assert sum(one is not None and one.score >= AT_LEAST for one in found) <= FIELDS // 100


def test_of_planted_defaults_nineteen_in_twenty_come_first_with_a_score_of_one_half_and_more():
    found = [judged(FIRST_SEED + seed, planted=True) for seed in range(FIELDS)]
    assert np.mean([one is not None and one.value == default and one.score >= 0.5 for one, default in found]) >= 0.95
    assert np.mean([one is not None and one.value == default and one.score >= AT_LEAST for one, default in found]) >= 0.90


def test_a_score_is_as_likely_right_as_it_says():
    scores, right = [], []
    for seed in range(FIELDS):
        for planted in (False, True):
            one, default = judged(FIRST_SEED + seed, planted=planted)
            if one is not None:
                scores.append(one.score)
                right.append(one.value == default)
    high = np.array(scores) >= 0.5
    assert np.mean(np.array(right)[high]) == pytest.approx(np.mean(np.array(scores)[high]), abs=0.04)


def _looked(source: str, name: str, table: pa.Table, entered_by: str | None) -> Rows:
    rows = Rows()
    groupings = {entered_by: coded(table[entered_by])} if entered_by else {}
    left_out = {name, entered_by, "ticket_no", "caller_id", "service_no"}
    contexts = contexts_of(table, [one for one in table.column_names if one not in left_out])
    look(Looked(source, name, coded(table[name]), groupings, {}, contexts, {}), rows)
    return rows


def test_meridians_planted_defaults_are_found_with_every_hurried_agent_and_nobody_else(default_meridian):
    """END_REASON_DEFAULT, and the first code of the desk's form; `picks_first` is what its agents were made with."""
    tickets = csv.read_csv(
        default_meridian / "data/support/tickets.csv.gz",
        parse_options=csv.ParseOptions(invalid_row_handler=lambda row: "skip"),  # one row is cut off on purpose
        convert_options=csv.ConvertOptions(strings_can_be_null=True),
    )
    of_desk = _looked("tickets", "reason_code", tickets, "agent")
    assert (of_desk.fields[0]["value"], of_desk.fields[0]["verdict"]) == ("GENERAL", "default")
    truth = {row["agent"]: row for row in demo.Truth(default_meridian).table("agent").to_pylist()}
    prone = {row["peer"] for row in of_desk.peers if row["is_prone"]}
    hurried = {name for name, row in truth.items() if row["picks_first"] > 0.5}
    assert len(hurried & prone) >= 0.95 * len(hurried)
    # The team that is paid for short calls from a day on picks it more often too.
    assert {truth[name]["team"] for name in prone - hurried} <= {QUOTA_TEAM}
    with sqlite3.connect(default_meridian / "data/billing/billing.db") as bills:
        ended = bills.execute("select plan, end_reason from services where end_reason <> ''").fetchall()
    services = pa.table({"plan": [row[0] for row in ended], "end_reason": [row[1] for row in ended]})
    of_bills = _looked("services", "end_reason", services, None)
    assert (of_bills.fields[0]["value"], of_bills.fields[0]["verdict"]) == ("OTHER", "default")


def test_a_run_of_meridian_calls_no_other_field_a_default(published_meridian):
    with flow.open_base(flow.open_project(published_meridian, {})) as opened:
        fields = opened.engine.fetch(opened.base.table("code_field"))
    found = {(row["source"], row["field"]) for row in fields if row["verdict"] == "default"}
    assert ("tickets", "reason_code") in found
    assert found <= {("tickets", "reason_code"), ("services", "end_reason")}
