"""Self-service counts as resolved only where the customer does not come again within a week, against the company's own calls."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from tests.flow.looking import edit
from tests.flow.test_simulating import calling_company
from tests.worlds import made_once

from unequal import answers, flow
from unequal.answers.self_service import resolved
from unequal.terms.periods import Period

COLUMNS = {"interaction_id": "string", "customer_id": "string", "occurred_on": "date", "occurred_at": "timestamp(6)", "channel": "string",
           "reach": "int64"}  # fmt: skip
MONDAY = date(2026, 1, 5)


def asked(folder, **more):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        answer = answers.answer("metrics", opened.base, **more)
    return {row["month"]: row for row in answer.tables["monthly"].to_pylist() if row["metric"] == "self_service_resolved"}


def test_the_share_resolved_is_what_the_list_of_calls_says(tmp_path_factory, tmp_path):
    folder = shutil.copytree(made_once(tmp_path_factory, "calling-company", calling_company), tmp_path / "company")
    assert asked(folder) == {}, "no channel is self-service"
    edit(folder / "unequal.yaml", ("\nlive:\n", "\nlive:\n  channels: {phone: {outbound: false}}\n  routing: {self_service: phone}\n"))
    # Callers 1 and 3 are one customer.
    rows = csv.DictReader((folder / "data" / "calls.csv").read_text().splitlines())
    calls = [(row["caller"].replace("3", "1"), datetime.fromisoformat(row["start"]), row["no"]) for row in rows]
    last, months = max(at for _, at, _ in calls).date(), defaultdict(list)
    for who, at, no in calls:
        until = at.date() + timedelta(days=7)
        if until <= last:
            again = any(one == who and other != no and then > at and then.date() <= until for one, then, other in calls)
            months[f"{at:%Y-%m}"].append(not again)
    found = asked(folder)
    assert {month: row["rows"] for month, row in found.items()} == {month: len(told) for month, told in months.items()}
    for month, told in months.items():
        assert float(found[month]["value"]) == pytest.approx(sum(told) / len(told), abs=1e-6)
    assert set(asked(folder, period=Period(date(2026, 2, 1), date(2026, 3, 1)))) == {"2026-02"}


def contact(name, who, days, channel="web", hour=None, reach=None):
    day = MONDAY + timedelta(days=days)
    at = None if hour is None else datetime(day.year, day.month, day.day, hour)
    return {"interaction_id": name, "customer_id": who, "occurred_on": day, "occurred_at": at, "channel": channel, "reach": reach}


LATER = {
    "came on the last day": ((7, "phone"), False),
    "came a day too late": ((8, "phone"), True),
    "came later that day": ((0, "phone", 11), False),
    "came earlier that day": ((0, "phone", 9), True),
    "came that day, nobody knows when": ((0, None), False),
    "was written to": ((3, "email"), True),
    "was read, and did not come": ((3, None, None, 500), True),
    "never came again": ((30, "phone"), True),
}


def test_another_contact_within_seven_days_means_that_nothing_was_resolved(engine):
    first = [contact(f"first {who}", who, 0, hour=10) for who in LATER]
    rows = engine.rows(COLUMNS, [*first, *(contact(f"then {who}", who, *then) for who, (then, _) in LATER.items())])
    found = engine.fetch(resolved(rows, "web", outbound=["email"]))
    assert {row["interaction_id"]: row["is_resolved"] for row in found} == {f"first {who}": told for who, (_, told) in LATER.items()}


def test_of_the_last_week_nothing_is_told(engine):
    rows = engine.rows(COLUMNS, [contact("a", "ann", 0), contact("b", "bert", 1), contact("c", "cleo", 7, "phone")])
    assert [row["interaction_id"] for row in engine.fetch(resolved(rows, "web"))] == ["a"]
