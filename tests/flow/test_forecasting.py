"""Forecasts within a run: odd bases are forecast or left empty, never a failure; nothing is reckoned twice."""

from __future__ import annotations

import math

import pytest
from tests.company import write_company
from tests.flow.looking import run, table

from unequal import answers, flow
from unequal.flow.exporting import export_table
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level

FORECASTS = (
    "customer_value",
    "lifetime",
    "value_total",
    "backtest",
    "model_fit",
    "retention_worth",
    "tracking",
    "potential_test",
    "acquisition_source",
)


@pytest.fixture
def company(tmp_path):
    write_company(tmp_path)
    (tmp_path / "data" / "orders-2026-02.csv").unlink()
    names = "".join(f"{number},Given{number} Family{number},p{number}@bakery.example,DE\n" for number in range(1, 100))
    (tmp_path / "data" / "crm.csv").write_text(f"no,name,mail,land\n{names}", encoding="utf-8")
    return tmp_path


def sold(folder, *rows):
    """Run the company with other orders: customer, day, total, cost."""
    lines = [f"n{number},{customer},{day},{total},{cost},0.00,web\n" for number, (customer, day, total, cost) in enumerate(rows)]
    (folder / "data" / "orders-2026-01.csv").write_text(
        "order_no,customer,day,total,cost,carrier,shop\n" + "".join(lines), encoding="utf-8"
    )
    report = run(folder)
    for name in FORECASTS:
        for row in table(folder, name):
            assert all(math.isfinite(value) for value in row.values() if isinstance(value, float)), (name, row)
    return report


def asked(folder, question, **narrowed):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return answers.answer(question, opened.base, **narrowed)


@pytest.mark.parametrize("rows", [(), (("", "05.01.2026", "10.00", "4.00"),), ((1, "05.01.2026", "-10.00", "-4.00"),), ((1, "05.01.2026", "0.00", "4.00"),)],
                         ids=["no row", "nobody's sale", "a return alone", "free goods"])  # fmt: skip
def test_a_base_that_sold_nothing_to_anybody_has_empty_tables_and_no_answer(company, rows):
    sold(company, *rows)
    assert [table(company, name) for name in FORECASTS] == [[]] * len(FORECASTS)
    for question in ("value", "retention"):
        with pytest.raises(AnswerError, match="ANS014"):
            asked(company, question)


def test_one_customer_with_one_order_is_forecast_and_not_by_half_an_order_a_day(company):
    sold(company, (1, "05.01.2026", "10.00", "4.00"))
    (ann,) = table(company, "customer_value")
    (life,) = table(company, "lifetime")
    assert life["orders"] == 1
    assert 0 < life["orders_expected"] < 2
    assert ann["value_low"] <= ann["value_expected"] <= ann["value_high"] < 1_000
    assert "1 customers are expected" in asked(company, "value").sentence


def test_a_day_of_history_and_a_loss_are_forecast_too(company):
    sold(company, *((number, "05.01.2026", "10.00", "14.00") for number in range(1, 6)))
    rows = table(company, "customer_value")
    assert len(rows) == 5
    assert all(row["value_expected"] < 0 for row in rows)


@pytest.fixture(scope="module")
def regulars(tmp_path_factory):
    """Sixty customers, some of whom come every month, with two years of history: published once."""
    folder = tmp_path_factory.mktemp("regulars")
    write_company(folder)
    (folder / "data" / "orders-2026-02.csv").unlink()
    names = "".join(f"{number},Given{number} Family{number},p{number}@bakery.example,DE\n" for number in range(1, 61))
    (folder / "data" / "crm.csv").write_text(f"no,name,mail,land\n{names}", encoding="utf-8")
    rows = [
        (number, f"{1 + (7 * number + month) % 28:02d}.{1 + month % 12:02d}.{2024 + month // 12}", f"{10 + number % 7}.00", "4.00")
        for number in range(1, 61) for month in range(number % 5, 24 - number % 11, 1 + number % 4)
    ]  # fmt: skip
    report = sold(folder, *rows)
    assert report.steps["value"]
    return folder


def test_an_unchanged_run_forecasts_nothing_anew(regulars):
    before = table(regulars, "customer_value")
    assert run(regulars).steps["value"] is False
    assert table(regulars, "customer_value") == before


def test_the_contest_is_held_and_won(regulars):
    rows = table(regulars, "backtest")
    assert {"bg_nbd", "pareto_nbd", "last_year_again", "mean", "zero"} <= {row["model"] for row in rows}
    assert len({row["model"] for row in rows if row["is_chosen"]}) == 1
    assert all(row["covered"] is not None for row in rows if row["is_chosen"] and row["model"].startswith(("bg", "pareto")))


def test_the_answer_adds_up_the_customers_and_takes_no_level(regulars):
    answer, rows = asked(regulars, "value"), table(regulars, "customer_value")
    assert float(answer.figure("value").value) == pytest.approx(sum(row["value_expected"] for row in rows), abs=0.01)
    assert answer.figure("customers").value == len(rows) == 60
    assert answer.figure("brought").value == sum(row["brought"] for row in rows)
    few = asked(regulars, "value", where="value_expected > 100")
    assert few.figure("customers").value == sum(row["value_expected"] > 100 for row in rows)
    with pytest.raises(AnswerError, match="ANS011"):
        asked(regulars, "value", level=Level.REVENUE)
    with pytest.raises(AnswerError, match="ANS011"):
        asked(regulars, "retention", level=Level.REVENUE)
    point = asked(regulars, "retention", where="value_expected > 100").figure("point_value")
    assert float(point.value) == pytest.approx(
        sum(row["point_of_retention_expected"] for row in rows if row["value_expected"] > 100), abs=0.01
    )
    assert point.low < point.value < point.high
    with pytest.raises(AnswerError, match="ANS014"):
        asked(regulars, "value", where="value_expected > 1000000000")


def test_what_retention_is_worth_adds_up_over_lines(regulars):
    one = sum(row["value_gain_expected"] for row in table(regulars, "retention_worth") if row["points"] == 1.0)
    assert one == pytest.approx(sum(row["point_of_retention_expected"] for row in table(regulars, "customer_value")), rel=1e-6)
    assert "one point more would be worth" in asked(regulars, "retention").sentence


def test_values_and_lifetimes_leave_as_they_are_published_and_values_narrowed(regulars):
    with flow.open_base(flow.open_project(regulars, {})) as opened:
        fetch = opened.base.fetch
        values, lifetimes = (fetch(export_table(opened, name)) for name in ("values", "lifetimes"))
        few = fetch(export_table(opened, "values", where="top_fifth_probability >= 0.5"))
    assert [row["customer_id"] for row in values] == [
        row["customer_id"] for row in sorted(values, key=lambda row: (-row["value_expected"], row["customer_id"]))
    ]
    assert few == [row for row in values if row["top_fifth_probability"] >= 0.5]
    assert sorted(row["customer_id"] for row in lifetimes) == sorted(row["customer_id"] for row in values)
    assert all(row["value_low"] <= row["value_expected"] <= row["value_high"] for row in lifetimes)


def test_potential_is_told_as_of_an_earlier_day_and_held_against_what_came(regulars):
    rows = {row["tenth"]: row for row in table(regulars, "potential_test")}
    assert {row["measure"] for row in rows.values()} == {"top_fifth"}, "two years of history leave no year to look ahead"
    assert sorted(rows) == list(range(11))
    assert rows[0]["weeks"] == 26
    assert rows[0]["customers"] == sum(rows[tenth]["customers"] for tenth in range(1, 11)) <= 60
    assert all(0 <= row["came_low"] <= row["came"] <= row["came_high"] <= 1 for row in rows.values())
    assert rows[10]["expected"] > rows[1]["expected"]
    assert any("Brier score" in finding for finding in asked(regulars, "value").findings)
