"""Answers from sums that the run has put down are those that its entries give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unequal import answers

SUMMED = ("customer_line", "customer_month", "entry_sum", "entry_total", "definition", "activity_sum")
ASKED = [
    ("profit", {}), ("profit", {"by": "country"}), ("profit", {"by": "channel", "where": "country = 'US'"}), ("profit", {"by": "month"}),
    ("profit", {"by": "line", "where": "country is null and channel = 'web'"}), ("profit", {"by": "household"}),
    ("profit", {"by": "band", "where": "City = 'Chicago' or amount > 100"}), ("profit", {"by": "tenths"}),
    ("new", {}), ("new", {"by": "country"}), ("new", {"level": "revenue"}), ("retention", {"by": "country"}), ("customers", {}), ("cost-to-serve", {}), ("get-keep-grow", {"by": "country"}), ("lost", {"by": "kind"}), ("metrics", {}),
    ("movement", {"where": "country = 'US'"}), ("conflicts", {"by": "country"}), ("claims", {"by": "country"}), ("worth-doing", {"by": "country"}), ("equity", {"by": "country"}),
    ("customers", {"by": "country"}), ("readiness", {}), ("value", {"by": "country", "where": "band = 'profitable'"}),
]  # fmt: skip


def rounded(table):
    return [{name: round(cell, 6) if isinstance(cell, float) else cell for name, cell in row.items()} for row in table.to_pylist()]


def told(base, question, asked):
    found = answers.answer(question, base, **asked)
    return found.sentence, found.findings, found.figures, {name: rounded(table) for name, table in found.tables.items()}


@pytest.mark.parametrize(("question", "asked"), ASKED)
def test_an_answer_is_the_same_from_the_sums_as_from_the_entries(meridian, question, asked):
    base = meridian[1].base
    assert {*SUMMED} <= base.tables.keys()
    plain = replace(
        base,
        tables={name: table for name, table in base.tables.items() if name not in SUMMED},
        attributes=None,
        keep=lambda table: table,
    )
    assert told(base, question, asked) == told(plain, question, asked)


def test_the_sums_add_up_to_the_entries(meridian):
    base = meridian[1].base
    sums = {
        name: base.fetch(base.table(name).aggregate(total=base.table(name)["amount"].sum()))[0]["total"]
        for name in ("entry", *("customer_line", "entry_sum", "entry_total"))
    }
    assert len(set(sums.values())) == 1
