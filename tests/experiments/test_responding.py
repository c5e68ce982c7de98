"""Who responds to a policy: signs are of before the lot alone, and what was put into made worlds is found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest

from unequal.experiments import responding as who
from unequal.experiments.trials import Trials, Tried, brought
from unequal.terms.errors import ExperimentError
from unequal.terms.lines import Level

LOT = date(2026, 3, 1)
MONEY = pa.decimal128(28, 4)
ENTRY = pa.schema([("customer_id", pa.string()), ("booked_on", pa.date32()), ("line", pa.string()), ("amount", MONEY)])
CONTACT = pa.schema([("customer_id", pa.string()), ("policy", pa.string()), ("made_on", pa.date32()), ("cost", pa.decimal128(18, 4)),
                     ("dollars", pa.decimal128(18, 4))])  # fmt: skip
ARM = pa.schema([("policy", pa.string()), ("customer_id", pa.string()), ("arm", pa.string()), ("drawn_on", pa.date32()),
                 ("share_held_out", pa.float64())])  # fmt: skip


def entry(customer: str, days: int, amount: str, line: str = "list_revenue") -> dict:
    """Booked so many days after the lot."""
    return {"customer_id": customer, "booked_on": LOT + timedelta(days=days), "line": line, "amount": Decimal(amount)}


def signs_of(entries: list[dict]) -> dict[str, dict]:
    """Two customers in a trial of 30 days, the first of whom was met in January."""
    arms = [{"policy": "rolls", "customer_id": one, "arm": arm, "drawn_on": LOT} for one, arm in (("a", "treated"), ("b", "held_out"))]
    met = [{"customer_id": "a", "policy": policy, "made_on": LOT + timedelta(days=days), "cost": Decimal("1.50"), "dollars": None}
           for policy, days in (("cake", -40), ("rolls", 0), ("cake", 5))]  # fmt: skip
    tables = [ibis.memtable(pa.Table.from_pylist(rows, schema)) for rows, schema in ((arms, ARM), (met, CONTACT), (entries, ENTRY))]
    trials = Trials(
        {"rolls": Tried("rolls", "grow", 30, 2, 0.5)}, tables[0], tables[1], cost_lines=frozenset(), today=LOT + timedelta(days=1_000)
    )
    measured = brought(tables[2], trials, "rolls", level=Level.GROSS_MARGIN)
    found = who.with_signs(measured, tables[2], trials, level=Level.GROSS_MARGIN)
    rows: list[dict] = ibis.duckdb.connect().to_pyarrow(found).to_pylist()
    return {row["customer_id"]: row for row in rows}


BEFORE = [
    entry("a", -400, "100.00"), entry("a", -400, "-60.00", "cost_of_goods"), entry("a", -50, "10.00"), entry("a", -50, "5.00"),
    entry("a", -7, "20.00"), entry("b", 60, "1.00"),
]  # fmt: skip


def test_signs_are_what_the_ledger_and_the_contacts_told_before_the_lot() -> None:
    found = signs_of(BEFORE)
    assert {name: found["a"][name] for name in who.SIGNS} == {
        "before": Decimal("20.0000"), "year_before": 35.0, "ever_before": 75.0, "days_bought": 3.0, "days_silent": 7.0, "days_known": 400.0,
        "contacts_before": 1.0}  # fmt: skip
    assert {name: found["b"][name] for name in who.SIGNS} == {
        "before": Decimal(0), "year_before": 0.0, "ever_before": 0.0, "days_bought": 0.0, "days_silent": None, "days_known": None,
        "contacts_before": 0.0}  # fmt: skip


def test_nothing_that_came_after_the_lot_is_a_sign() -> None:
    after = [entry(one, days, "33.00", line) for one in "ab" for days in (0, 1, 29, 45) for line in ("list_revenue", "cost_of_goods")]
    plain, with_more = signs_of(BEFORE), signs_of(BEFORE + after)
    assert [{name: row[name] for name in who.SIGNS} for row in with_more.values()] == [
        {name: row[name] for name in who.SIGNS} for row in plain.values()
    ]
    assert with_more["b"]["earned"] != plain["b"]["earned"]


def world(*, differs: bool, customers: int = 2_400, seed: int = 5) -> list[dict]:
    """Who bought much before earns eleven more when treated, and the others lose three; or all earn four."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        much, treated = bool(chance.random() < 0.5), bool(chance.random() < 0.6)
        effect = (11.0 if much else -3.0) if differs else 4.0
        rows.append({
            "customer_id": f"c_{number:05}", "arm": "treated" if treated else "held_out", "much": much,
            "earned": Decimal(f"{20 + 4 * chance.normal() + effect * treated:.2f}"), "before": Decimal(f"{(90 if much else 10) + chance.normal():.2f}"),
            "year_before": 100 * chance.random(), "ever_before": 300.0, "days_bought": 3.0, "days_silent": None if number % 9 == 0 else 30 * chance.random(),
            "days_known": 400.0, "contacts_before": float(number % 3),
        })  # fmt: skip
    return rows


@pytest.mark.parametrize("learner", ["s", "t", "x", "dr"])
def test_those_who_respond_are_found_and_told_with_what_treating_them_earned(learner) -> None:
    rows = world(differs=True)
    found = who.responding("rolls", rows, learner=learner, splits=4)
    assert found.differs.verdict == "differs"
    assert (found.treated + found.held_out, len(found.customers)) == (len(rows), len(rows))
    first, last = found.parts[0], found.parts[-1]
    assert (first.gain_measured, last.gain_measured) == (pytest.approx(11, abs=1.2), pytest.approx(-3, abs=1.2))
    much = {row["customer_id"]: row["much"] for row in rows}
    upper = [much[row["customer_id"]] for row in found.customers[: len(rows) // 3]]
    assert np.mean(upper) > 0.95
    assert sum(part.treated + part.held_out for part in found.parts) == len(rows)


def test_where_all_respond_alike_no_difference_is_claimed() -> None:
    found = who.responding("rolls", world(differs=False), splits=4)
    assert found.differs.verdict == "no_detectable_difference"
    assert np.mean([part.gain_measured for part in found.parts]) == pytest.approx(4, abs=0.6)


def test_what_is_expected_of_a_customer_was_learned_from_others() -> None:
    """A customer's own luck does not move what is expected of him."""
    rows = world(differs=True, customers=800)
    lucky = [{**row, "earned": row["earned"] + (500 if at == 3 else 0)} for at, row in enumerate(rows)]
    plain, other = (
        {one["customer_id"]: one["gain_expected"] for one in who.responding("rolls", some, learner="t", splits=2).customers}
        for some in (rows, lucky)
    )
    assert other["c_00003"] == plain["c_00003"]
    assert other != plain


def test_households_stand_whole_in_one_half_and_the_range_is_of_households() -> None:
    """Ten copies of each customer are no more witnesses than one, where they are one household."""
    rows = [row for row in world(differs=False, customers=320, seed=8) for _ in range(10)]
    homes = [row["customer_id"] for row in rows]
    alone, together = who.responding("rolls", rows, splits=4).differs, who.responding("rolls", rows, unit=homes, splits=4).differs
    assert alone.verdict == "differs", "copies on either side of the halving teach by heart"
    assert together.verdict == "no_detectable_difference"
    assert together.qini_high - together.qini_low > 1.5 * (alone.qini_high - alone.qini_low)


def test_of_few_customers_nothing_is_learned() -> None:
    rows = world(differs=True, customers=400)
    few = [row for row in rows if row["arm"] == "treated"] + [row for row in rows if row["arm"] == "held_out"][: who.FEWEST - 1]
    with pytest.raises(ExperimentError, match="EXP006") as refused:
        who.responding("rolls", few)
    assert "99 held out" in str(refused.value)
    with pytest.raises(ExperimentError, match="EXP006"):
        who.responding("rolls", rows, unit=["one home"] * len(rows))
