"""The question about conflicts tells of policies too, where there are any."""

from __future__ import annotations

from tests.treatments.offered import D, made
from tests.treatments.test_before_acting import PROFILE, SELL, SPARE, base

from unequal import config
from unequal.answers.base import Base
from unequal.answers.opposed_policies import findings, opposed_policies
from unequal.treatments import conflicts

PROJECT = config.Project.model_validate({
    "project": "line", "reporting_currency": "USD", "time_zone": "Europe/Berlin", "sources": {"crm": {"read": "c.csv"}},
})  # fmt: skip


def run(acting: conflicts.Acting | None) -> Base:
    return Base(PROJECT, "r", "2026-01-31T00:00:00Z", "contribution", {}, lambda table: table.to_pyarrow(), acting=lambda: acting)


def test_a_pair_is_told_with_whom_it_catches_what_is_at_stake_and_how_to_settle_it():
    asked = run(conflicts.Acting(*made([SELL, SPARE]), base(*PROFILE)))
    found = opposed_policies(asked)
    (row,) = found.to_pylist()
    assert (row["pair"], row["customers"], row["witness"], row["lost"]) == ("sell against spare", 4, "c_1", D("6.0000"))
    (told,) = findings(asked, found)
    assert told.startswith(
        "The policies sell against spare (more contacts against fewer contacts): 4 customers are caught, as c_1 is; $6.00 are at stake."
    )


def test_a_pair_that_catches_nobody_is_listed_and_not_told():
    asked = run(conflicts.Acting(*made([SELL, SPARE]), base({"orders": 0})))
    found = opposed_policies(asked)
    assert [row["customers"] for row in found.to_pylist()] == [0]
    assert findings(asked, found) == []


def test_without_policies_there_is_nothing_to_tell():
    assert opposed_policies(run(None)) is None
