"""Relationships of the kind occasions: histories that come counted, and what may be assumed of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, load, problem

from unequal import config

COUNTED = (
    SOUND.replace("    read: data/customers.csv\n", "    read: data/customers.csv\n    columns: {x: integer, t: integer, n: integer}\n")
    + """\
value:
  as_of: 2002-01-01
  relationships:
    shop: {kind: orders}
    appeals: {kind: occasions, every: year, dollars_an_occasion: "50",
      histories: {source: crm, customer: {id: customer_no}, repeat: x, last: t, opportunities: n}}
"""
)


def test_counted_histories_claim_no_entry_and_read_their_source(tmp_path: Path) -> None:
    declared = load(tmp_path, COUNTED).project.value.relationships
    assert {name: config.value.claims_entries(one) for name, one in declared.items()} == {"shop": True, "appeals": False}
    assert {name: config.value.sources_of(one) for name, one in declared.items()} == {"shop": (), "appeals": ("crm",)}


@pytest.mark.parametrize(
    ("old", "new", "code", "do"),
    [
        ("{source: crm, customer: {id: customer_no}, repeat", "{source: cmr, customer: {id: customer_no}, repeat", "CFG020", "did you mean crm?"),
        ("repeat: x", "repeat: first", "CFG030", "give it the type integer"),
        ("customer: {id: customer_no}, repeat", "customer: {id: [a, b]}, repeat", "CFG021", "as many columns"),
        ("  as_of: 2002-01-01\n", "", "CFG062", "add value.as_of"),
        ("every: year,", "every: year, where: amount > 0,", "CFG061", "counted histories have no entries"),
        ('dollars_an_occasion: "50"', "dollars_an_occasion: fifty", "CFG014", "amount in quotes"),
        ("every: year", "every: decade", "CFG014", "month"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_so_is_told(tmp_path: Path, old: str, new: str, code: str, do: str) -> None:
    assert COUNTED.count(old) == 1
    told = problem(tmp_path, COUNTED.replace(old, new))
    assert told.code == code, str(told)
    assert do in str(told)


def test_dollars_that_the_ledger_knows_are_not_assumed(tmp_path: Path) -> None:
    text = SOUND + 'value: {relationships: {fair: {kind: occasions, every: year, dollars_an_occasion: "50"}}}\n'
    told = problem(tmp_path, text)
    assert told.code == "CFG061"
    assert "learned from the entries" in str(told)
