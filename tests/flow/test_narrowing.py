"""Questions narrowed by a predicate, a period, a level, and sliced by a dimension."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pyarrow as pa
import pytest
from tests.flow.looking import ask, edit, figures, run

from unequal import report
from unequal.answers import profit_words
from unequal.terms.errors import AnswerError, PredicateError
from unequal.terms.lines import Level
from unequal.terms.periods import Period


def slices(answer):
    return {row["value"]: (row["amount"], row["elsewhere"]) for row in answer.table.to_pylist()}


def test_by_channel_customers_and_buckets_stand_apart_and_add_up(yesterday):
    answer = ask(yesterday, by="channel")
    assert slices(answer) == {"web": (D(75), D(15)), "corner": (D("9.5"), D(4))}
    assert sum(amount for amount, _ in slices(answer).values()) == figures(answer)["total"]


def test_by_month(yesterday):
    assert slices(ask(yesterday, by="month")) == {"2026-01": (D("49.5"), D(11)), "2026-02": (D(35), D(8))}


def test_a_slice_of_few_customers_is_marked_and_keeps_its_dollars(yesterday):
    answer = ask(yesterday, by="channel")
    assert [row["is_thin"] for row in answer.table.to_pylist()] == [True, True]
    assert any("2 of 2 slices have fewer than 10 customers" in finding for finding in answer.findings)
    assert "few customers" in report.full(answer)
    by_band = {row["value"]: row["is_thin"] for row in ask(yesterday, by="band").table.to_pylist()}
    # What stands in buckets alone is of nobody, and not of few.
    assert by_band == {"profitable": True, "unprofitable": True, None: False}


def test_slices_of_many_customers_are_not_marked():
    marked = profit_words.marked(pa.table({"value": ["web", "corner", "none"], "customers": [10, 9, 0]}))
    assert marked["is_thin"].to_pylist() == [False, True, False]


def test_by_band_and_kind_which_customers_have_and_entries_have_not(yesterday):
    assert slices(ask(yesterday, by="band")) == {"profitable": (D("99.5"), D(0)), "unprofitable": (D(-15), D(0)), None: (D(0), D(19))}
    assert slices(ask(yesterday, by="kind")) == {"person": (D("84.5"), D(0)), None: (D(0), D(19))}


def test_by_country_of_the_customer(yesterday):
    assert slices(ask(yesterday, by="country"))["AT"] == (D("9.5"), D(0))


def test_by_an_attribute_that_names_persons_is_refused(yesterday):
    for named in ("email", "full_name"):
        with pytest.raises(AnswerError, match="ANS002"):
            ask(yesterday, by=named)
        with pytest.raises(PredicateError):
            ask(yesterday, where=f"{named} = 'x'")


def test_by_what_is_no_dimension_names_those_that_are(yesterday):
    with pytest.raises(AnswerError, match="ANS002") as caught:
        ask(yesterday, by="colour")
    assert "channel" in caught.value.do


@pytest.mark.parametrize(
    ("where", "total"),
    [
        ("channel = 'web'", D(75)), ("channel <> 'web'", D("9.5")), ("line = 'list_revenue'", D(230)), ("band = 'unprofitable'", D(-15)),
        ("country = 'AT'", D("9.5")), ("amount > 55 and booked_on < date '2026-02-01'", D(100)), ("document in ('a1', 'b1')", D(90)),
        ("customer_id = 'unassigned'", D(0)),
    ],
)  # fmt: skip
def test_where_narrows_to_entries_for_which_it_is_true(yesterday, where, total):
    answer = ask(yesterday, where=where)
    assert figures(answer)["total"] == total
    assert answer.where == where


def test_a_period_is_half_open(yesterday):
    january = Period(date(2026, 1, 1), date(2026, 2, 1))
    assert figures(ask(yesterday, period=january))["total"] == D("49.5")
    assert figures(ask(yesterday, period=Period(date(2026, 2, 1), date(2026, 2, 2))))["total"] == D(35)
    nothing = ask(yesterday, period=Period(date(2020, 1, 1), date(2020, 2, 1)))
    assert figures(nothing)["customers"] == 0


def test_an_open_period_is_said_in_words(yesterday):
    assert ask(yesterday, period=Period(date(2026, 2, 1), date.max)).period == "from 2026-02-01 on"
    assert ask(yesterday, period=Period(date.min, date(2026, 2, 1))).period == "up to 2026-01-31"
    assert ask(yesterday).period == "2026-01-05 to 2026-02-03"


def test_a_lower_level_leaves_costs_out_and_a_higher_one_is_refused(yesterday):
    revenue = ask(yesterday, level=Level.REVENUE)
    assert figures(revenue)["total"] == D(230)
    assert figures(revenue)["outside_level"] == D("-145.5")
    assert figures(revenue)["ledger_total"] == D("103.5")
    assert figures(ask(yesterday, level=Level.GROSS_MARGIN))["total"] == D(102)
    with pytest.raises(AnswerError, match="ANS003"):
        ask(yesterday, level=Level.CONTRIBUTION)


@pytest.mark.parametrize(
    "where",
    ["1; drop table entry", "amount > (select max(amount) from entry)", "read_csv('/etc/passwd') is not null", "amount", "nobody = 1",
     "(" * 40 + "amount > 1" + ")" * 40, "amount > 1 -- and so on", "", "a" * 5000, "getenv('HOME') = 'x'", "customer_id = 1"],
)  # fmt: skip
def test_a_hostile_or_senseless_where_is_refused_with_its_place(yesterday, where):
    with pytest.raises(PredicateError) as caught:
        ask(yesterday, where=where)
    assert "--where" in caught.value.where


def test_a_narrowed_answer_says_how_to_list_its_customers(yesterday):
    answer = ask(yesterday, where="channel = 'web'", period=Period(date(2026, 1, 1), date(2026, 2, 1)), level=Level.REVENUE)
    assert (
        answer.drill_down
        == "unequal export customers --where 'channel = '\"'\"'web'\"'\"'' --from 2026-01-01 --to 2026-01-31 --level revenue"
    )


def test_a_protected_attribute_is_no_dimension(company):
    edit(company / "unequal.yaml", ("storage:", "attributes:\n  faith: {type: text, protected: true, meaning: What the customer believes.}\n  loyalty: {type: text, meaning: The class of the loyalty card.}\nstorage:"),
         ("country: land}", "country: land, faith: land, loyalty: land}"))  # fmt: skip
    run(company)
    assert slices(ask(company, by="loyalty"))["AT"] == (D("9.5"), D(0))
    with pytest.raises(AnswerError, match="ANS002"):
        ask(company, by="faith")
    with pytest.raises(PredicateError):
        ask(company, where="faith = 'x'")
