"""The section value: kinds of relationships, and lines of business that must not claim the same entries."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, load, problem

from unequal import config

SHOP = "value: {relationships: {shop: {kind: orders}, club: {kind: occasions, every: year, where: channel = 'club'}}}\n"


def test_without_the_section_all_is_by_default(tmp_path: Path) -> None:
    found = load(tmp_path, SOUND).project.value
    assert (dict(found.relationships), found.model, found.horizon_weeks, found.discount_rate_annual) == ({}, "auto", 156, 0.1)
    assert (found.backtest.hold_out_weeks, found.backtest.origins, found.as_of) == (26, 3, None)


def test_each_kind_of_relationship_is_read_as_its_own(tmp_path: Path) -> None:
    found = load(tmp_path, added(SHOP)).project.value.relationships
    assert isinstance(found["shop"], config.value.Orders)
    assert isinstance(found["club"], config.value.Occasions)


def test_one_line_of_business_may_leave_out_its_rule_and_a_second_may_not(tmp_path: Path) -> None:
    told = problem(tmp_path, added("value: {relationships: {shop: {kind: orders}, club: {kind: orders}}}\n"))
    assert told.code == "CFG060"
    assert told.error.seen == "shop, club"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("{source: product, customer: {source: crm, id: customer_no}, started: a, ended: b}", "CFG020"),
        ("{source: products, customer: {source: cmr, id: customer_no}, started: a, ended: b}", "CFG020"),
    ],
)
def test_contracts_name_a_source_that_is_there(tmp_path: Path, given: str, code: str) -> None:
    told = problem(tmp_path, added(f"value: {{relationships: {{services: {{kind: contracts, {given[1:]}}}}}\n"))
    assert told.code == code


@pytest.mark.parametrize("wrong", ["horizon_weeks: 0", "discount_rate_annual: 2", "model: best", "backtest: {origins: 0}", "as_of: soon"])
def test_figures_that_cannot_be_are_refused(tmp_path: Path, wrong: str) -> None:
    assert problem(tmp_path, added(f"value: {{{wrong}}}\n")).code.startswith("CFG")
