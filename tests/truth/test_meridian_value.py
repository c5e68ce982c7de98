"""Forecasts held against Meridian's truth: what each customer orders in the twelve months after its last day is known."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.flow.looking import edit, run, table

from unequal import answers, flow
from unequal.value.contest import Score, best


@pytest.fixture(scope="module")
def world(small_meridian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Meridian, published with a horizon of one year."""
    folder = shutil.copytree(small_meridian, tmp_path_factory.mktemp("year") / "meridian")
    edit(folder / "unequal.yaml", ("horizon_weeks: 156", "horizon_weeks: 52"))
    run(folder)
    return folder


@pytest.fixture(scope="module")
def shop(world: Path) -> list[dict[str, Any]]:
    """Customers of the shop with what they order next: of all persons whom a customer of ours is."""
    truth = pq.read_table(world / "truth" / "customer_process.parquet").to_pylist()
    ahead = {row["customer_id"]: row["orders_next_12m"] for row in truth}
    of_record = {
        (row["source"], row["record_id"]): row["entity_id"] for row in pq.read_table(world / "truth" / "record.parquet").to_pylist()
    }
    who: dict[str, set[str]] = {}
    for row in table(world, "customer_record"):
        who.setdefault(row["customer_id"], set()).add(of_record[(row["source"], row["record_id"])])
    lives = [row for row in table(world, "lifetime") if row["relationship"] == "shop"]
    return [row | {"came": sum(ahead.get(entity, 0) for entity in who[row["customer_id"]])} for row in lives]


@pytest.fixture(scope="module")
def tests(world: Path) -> list[dict[str, Any]]:
    return [row for row in table(world, "backtest") if row["relationship"] == "shop"]


def test_the_total_of_orders_of_the_next_year_is_right_to_a_tenth(shop: list[dict[str, Any]]) -> None:
    expected, came = sum(row["orders_expected"] for row in shop), sum(row["came"] for row in shop)
    assert expected == pytest.approx(came, rel=0.10)


def test_nine_customers_in_ten_order_as_often_as_their_ranges_say(shop: list[dict[str, Any]]) -> None:
    assert np.mean([row["orders_low"] <= row["came"] <= row["orders_high"] for row in shop]) >= 0.90


def test_customers_who_are_expected_to_order_more_do(shop: list[dict[str, Any]]) -> None:
    parts = np.array_split(sorted(shop, key=lambda row: row["orders_expected"]), 5)
    came = [np.mean([row["came"] for row in part]) for part in parts]
    expected = [np.mean([row["orders_expected"] for row in part]) for part in parts]
    assert came == sorted(came)
    # The best fifth makes nearly all orders: to within a seventh.
    assert expected[-1] == pytest.approx(came[-1], rel=0.15)


def test_transforms_of_what_came_are_uniform_as_far_as_chance_allows(tests: list[dict[str, Any]]) -> None:
    """By .02, and what chance alone leaves of so few customers nineteen times in twenty (Kolmogorov)."""
    for row in tests:
        if row["is_chosen"]:
            assert row["covered"] >= 0.90
            assert row["distance_from_uniform"] <= 0.02 + 1.36 / np.sqrt(row["customers"])


def test_who_won_on_earlier_tests_is_near_the_best_on_the_latest(tests: list[dict[str, Any]]) -> None:
    """Within 1 % on Meridian as it is built by default; in so small a world luck in dollars may choose what is 3 or 4 % behind in deviance."""
    scores: dict[str, list[Score]] = {}
    for row in sorted(tests, key=lambda row: row["origin"], reverse=True):
        fields = (row[name] for name in ("rmse", "mae", "deviance", "orders", "orders_expected", "brought", "brought_expected"))
        scores.setdefault(row["model"], []).append(Score(*fields))
    chosen = best({name: each[1:] for name, each in scores.items()})
    for measure in ("rmse", "deviance"):
        reached = {name: getattr(each[0], measure) for name, each in scores.items()}
        assert reached[chosen] <= 1.05 * min(reached.values()), (measure, chosen, reached)


def test_the_consultant_with_a_small_portfolio_is_the_first_of_those_who_bring_others(world: Path) -> None:
    referrals = pq.read_table(world / "truth" / "referral.parquet").to_pylist()
    introduced = [row["from_id"] for row in referrals if row["kind"] == "introducer"]
    consultant = max(set(introduced), key=introduced.count)
    records = pq.read_table(world / "truth" / "record.parquet").to_pylist()
    his = {(row["source"], row["record_id"]) for row in records if row["entity_id"] == consultant}
    ours = {row["customer_id"] for row in table(world, "customer_record") if (row["source"], row["record_id"]) in his}
    first = max(table(world, "through_others"), key=lambda row: row["value_expected"])
    assert first["customer_id"] in ours
    assert first["is_advocate"]
    values = sorted(table(world, "customer_value"), key=lambda row: -float(row["brought"]))
    rank = next(place for place, row in enumerate(values) if row["customer_id"] == first["customer_id"])
    assert rank > len(values) * 0.05  # by his own portfolio alone he would not be found


@pytest.fixture(scope="module")
def planted(world: Path) -> Counter[str]:
    """How many customers each customer's mentions brought in truth."""
    whose = {(row["source"], row["record_id"]): row["customer_id"] for row in table(world, "customer_record")}
    return Counter(whose["profiles", row["handle"]] for row in pq.read_table(world / "truth" / "influence.parquet").to_pylist())


def test_the_lift_of_mentions_is_shown_and_its_range_holds_what_was_planted(world: Path, planted: Counter[str]) -> None:
    lift = {row["part"]: row for row in table(world, "influence_lift")}
    assert lift["told"]["is_shown"]
    for part, count in (("told", lift["told"]["newcomers"]), ("all", sum(planted.values()))):
        assert lift[part]["brought_customers_low"] <= count <= lift[part]["brought_customers_high"], part


def test_who_was_planted_as_an_influencer_stands_on_top(world: Path, planted: Counter[str]) -> None:
    ranked = sorted(table(world, "influence"), key=lambda row: -row["value_expected"])
    first = [row["customer_id"] for row in ranked[: len(planted)]]
    assert sum(planted[customer] for customer in first) >= 0.9 * sum(planted.values())
    assert planted[first[0]] >= 2


def test_prospects_with_high_chances_come_more_often_and_who_cannot_be_scored_says_why(world: Path) -> None:
    tested = sorted(table(world, "prospect_test"), key=lambda row: row["fifth"])
    shares = [row["came"] / row["prospects"] for row in tested]
    assert shares[0] == max(shares)
    came, expected = (sum(row[name] for row in tested) for name in ("came", "came_expected"))
    assert expected == pytest.approx(came, rel=0.5)
    found = table(world, "prospect")
    bought = {row["customer_id"] for row in table(world, "lifetime")}
    assert not bought & {row["customer_id"] for row in found}
    for row in found:
        assert (row["missing"] is None) == (row["value_expected"] is not None)
        if row["sources"] == "profiles":
            assert row["missing"] == "no source says since when it is known: map since, or observed_at, of profiles"


@pytest.fixture(scope="module")
def left_in_truth(world: Path) -> dict[str, str]:
    """Customers of the shop who have left in truth, and when: the last day of all persons whom a customer of ours is."""
    truth = {row["customer_id"]: row["ended_on"] for row in pq.read_table(world / "truth" / "customer_process.parquet").to_pylist()}
    of_record = {
        (row["source"], row["record_id"]): row["entity_id"] for row in pq.read_table(world / "truth" / "record.parquet").to_pylist()
    }
    ends: dict[str, list[str]] = {}
    for row in table(world, "customer_record"):
        ends.setdefault(row["customer_id"], []).append(truth.get(of_record[(row["source"], row["record_id"])]) or "9999")
    shop = {row["customer_id"] for row in table(world, "lifetime") if row["relationship"] == "shop"}
    return {customer: max(days) for customer, days in ends.items() if customer in shop and max(days) < "2026-01-01"}


def lost(world: Path, **narrowed: Any) -> answers.Answer:
    with flow.open_base(flow.open_project(world, {})) as opened:
        return answers.answer("lost", opened.base, **narrowed)


def test_as_many_are_silent_and_gone_as_the_range_says(world: Path, left_in_truth: dict[str, str]) -> None:
    found = lost(world).figure("silent_expected")
    assert found.low <= len(left_in_truth) <= found.high


def test_those_called_lost_by_silence_have_left_and_most_who_left_are_called_so(world: Path, left_in_truth: dict[str, str]) -> None:
    called = {row["customer_id"] for row in table(world, "lost") if row["how"] == "silent"}
    right = len(called & left_in_truth.keys())
    assert right / len(called) >= 0.80
    assert right / len(left_in_truth) >= 0.80


def test_losses_by_silence_fall_into_the_years_in_which_customers_left(world: Path, left_in_truth: dict[str, str]) -> None:
    """But for the last year: who left lately is not told yet from who is only silent."""
    called = Counter(row["lost_on"].year for row in table(world, "lost") if row["how"] == "silent")
    truth = Counter(int(day[:4]) for day in left_in_truth.values())
    for year in (2022, 2023, 2024):
        assert called[year] == pytest.approx(truth[year], rel=0.15)
    assert called[2025] <= 1.1 * truth[2025]


def test_contracts_end_in_the_years_in_which_they_did_and_for_the_reasons_on_record(world: Path) -> None:
    truth = pq.read_table(world / "truth" / "service.parquet").to_pylist()
    ended = [row for row in truth if row["ended"]]
    found = [row for row in table(world, "lost") if row["how"] == "ended"]
    by_year, years = (
        Counter(int(str(day)[:4]) for day in days) for days in ((row["lost_on"] for row in found), (row["ended_on"] for row in ended))
    )
    reasons, said = (Counter(row[name] for row in rows) for rows, name in ((found, "reason"), (ended, "reason_recorded")))
    # A customer may have several services, and is lost by the last; two may be one to us.
    for ours, theirs in ((by_year, years), (reasons, said)):
        assert all(ours[key] == pytest.approx(theirs[key], rel=0.06, abs=2) for key in theirs)


def test_the_default_is_set_aside_and_every_other_reason_recorded_is_the_true_one(world: Path) -> None:
    answer = lost(world)
    told = {row["reason"]: row["reason_told"] for row in answer.tables["reasons"].to_pylist()}
    assert told == {name: "only the default" if name == "OTHER" else "recorded" for name in told}
    assert {"OTHER", "PRICE", "SERVICE", "COMPETITOR", "NO_NEED", "MOVED"} == set(told)
    truth = pq.read_table(world / "truth" / "service.parquet").to_pylist()
    assert all(row["reason"] == row["reason_recorded"] for row in truth if row["ended"] and row["reason_recorded"] != "OTHER")


def test_more_accounts_and_less_profit_is_said_of_the_latest_year(world: Path) -> None:
    with flow.open_base(flow.open_project(world, {})) as opened:
        answer = answers.answer("new", opened.base)
    row = answer.tables["years"].to_pylist()[-1]
    worse = row["compared"] > row["earlier_customers"] and row["compared_brought"] < row["earlier_brought"]
    assert ("more accounts than the year before, less profit" in answer.sentence) is worse
    paid = {row["value"]: row for row in answer.tables["acquired_by"].to_pylist()}
    # Vouchers bring those who spend least and leave first, at 18 dollars each; planted so.
    assert paid["voucher_portal"]["cost_each"] == pytest.approx(18, rel=0.02)
    assert paid["voucher_portal"]["payback_months"] is None
    assert paid["voucher_portal"]["first_year_each"] == min(row["first_year_each"] for row in paid.values())
