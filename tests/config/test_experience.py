"""The sections surveys, agents and promises: what they name must be there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, load, problem

CUSTOMER = "customer: {source: crm, id: customer_no}"
PROMISES = f"promises: {{source: orders, {CUSTOMER}, promised: order_date, kept: order_date}}\n"


def test_without_them_nothing_is_said(tmp_path: Path) -> None:
    found = load(tmp_path, SOUND).project
    assert (found.surveys, found.agents, found.promises) == (None, None, None)


def test_promises_are_two_days_of_a_source(tmp_path: Path) -> None:
    found = load(tmp_path, added(PROMISES)).project.promises
    assert found is not None
    assert (found.promised, dict(found.at_customers_expense)) == ("order_date", {})


@pytest.mark.parametrize(
    ("section", "code"),
    [
        (f"promises: {{source: ordres, {CUSTOMER}, promised: order_date, kept: order_date}}\n", "CFG020"),
        (f"promises: {{source: orders, {CUSTOMER}, promised: amount, kept: order_date}}\n", "CFG030"),
        ("promises: {source: orders, customer: {source: cmr, id: customer_no}, promised: order_date, kept: order_date}\n", "CFG020"),
        (f"surveys: {{source: orders, {CUSTOMER}, day: order_date, attributes: [order_date]}}\n", "CFG030"),
        ("agents: {contacts: calls}\n", "CFG020"),
        ("agents: {contacts: orders}\n", "CFG021"),
        ("agents: {contacts: orders, team: team}\n", "CFG063"),
    ],
)
def test_what_they_name_must_be_there_and_of_its_type(tmp_path: Path, section: str, code: str) -> None:
    from unequal.terms.errors import Problems

    with pytest.raises(Problems) as told:
        load(tmp_path, added(section))
    assert code in {one.code for one in told.value.problems}


def test_a_survey_without_a_part_is_none(tmp_path: Path) -> None:
    assert problem(tmp_path, added(f"surveys: {{source: orders, {CUSTOMER}, day: order_date, attributes: []}}\n")).code.startswith("CFG")
