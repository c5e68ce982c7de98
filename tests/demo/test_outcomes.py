import numpy as np
import pyarrow.parquet as pq
import pytest

from unequal import demo
from unequal.demo.outcomes import quantile_of_poisson

DAY = "2026-01-01"


@pytest.fixture(scope="module")
def customers(meridian):
    """True ids of customers who are active when the extracts end."""
    table = pq.read_table(meridian / "truth" / "customer_process.parquet").to_pylist()
    return [row["customer_id"] for row in table if row["alive"]]


def _decisions(customers, treatment, day=DAY):
    return [{"customer_id": name, "treatment": treatment, "date": day} for name in customers]


def _profit(table):
    return np.array([float(value) for value in table["profit"].to_pylist()])


def test_the_same_decision_has_the_same_outcome_whatever_else_is_decided(meridian, customers):
    alone = demo.respond(_decisions(customers[:5], "premium_upsell"), 7, folder=meridian)
    among = demo.respond(_decisions(customers, "win_back") + _decisions(customers[:5], "premium_upsell"), 7, folder=meridian)
    assert among.slice(len(customers)).equals(alone)


def test_another_seed_is_another_future(meridian, customers):
    one, two = (demo.respond(_decisions(customers, "none"), seed, folder=meridian) for seed in (1, 2))
    assert one["orders"] != two["orders"]


def test_doing_nothing_costs_nothing_and_adds_nothing(meridian, customers):
    outcome = demo.respond(_decisions(customers, "none"), 3, folder=meridian)
    assert not any(outcome["responded"].to_pylist())
    assert {str(cost) for cost in outcome["cost"].to_pylist()} == {"0.0000"}


def test_a_treatment_that_only_adds_orders_takes_none_away(meridian, customers):
    """Treatments share their draws, so that two answers differ by the effect and not by luck."""
    without = demo.respond(_decisions(customers, "none"), 11, folder=meridian)
    treated = demo.respond(_decisions(customers, "cart_reminder"), 11, folder=meridian)
    more = treated["orders"].to_numpy() - without["orders"].to_numpy()
    persuadable = dict(
        zip(
            *(pq.read_table(meridian / "truth" / "customer_process.parquet")[name].to_pylist() for name in ("customer_id", "persuadable")),
            strict=True,
        )
    )
    willing = np.array([persuadable[name] > 0 for name in customers])
    assert (more[willing] >= 0).all()
    assert more.sum() > 0


@pytest.mark.parametrize("treatment", ["discount_blast", "retention_call", "premium_upsell", "cross_sell_service", "priority_service"])
def test_a_trial_recovers_the_planted_gain(meridian, treatment):
    """Over many futures the mean difference is what truth/potential_outcome.parquet says, within four standard errors."""
    table = pq.read_table(meridian / "truth" / "potential_outcome.parquet")
    names = table["customer_id"].to_pylist()
    planted = table[f"gain_{treatment}"].to_numpy().astype(float).sum()
    gains = []
    for seed in range(40):
        treated = demo.respond(_decisions(names, treatment), seed, folder=meridian)
        without = demo.respond(_decisions(names, "none"), seed, folder=meridian)
        other = sum(float(c) for c in treated["cost"].to_pylist())
        contacts = treated["contacts"].to_numpy().sum() - without["contacts"].to_numpy().sum()
        gains.append(_profit(treated).sum() - _profit(without).sum() - other - 4.0 * contacts + 30.0 * treated["referred"].to_numpy().sum())
    error = np.std(gains) / np.sqrt(len(gains))
    # Leaving and ordering are drawn apart here and multiplied in the mean: a few per cent of room.
    assert abs(np.mean(gains) - planted) < 4 * error + 0.06 * abs(planted)


def test_an_offer_at_its_moment_is_answered_many_times_as_often(meridian):
    traits = pq.read_table(meridian / "truth" / "trait.parquet").to_pylist()
    process = {row["customer_id"]: row for row in pq.read_table(meridian / "truth" / "customer_process.parquet").to_pylist()}
    movers = [
        row
        for row in traits
        if row["moved_on"] > 0
        and row["ended_on"] > row["moved_on"] + 400 > row["joined_on"] + 400
        and process[row["customer_id"]]["persuadable"] > 0
    ]
    assert len(movers) > 20
    rates = []
    for delay in (5, 300):
        answered = 0
        for seed in range(30):
            rows = [
                {
                    "customer_id": r["customer_id"],
                    "treatment": "moving_offer",
                    "date": str(np.datetime64("2022-01-01") + r["moved_on"] + delay),
                }
                for r in movers
            ]
            answered += sum(demo.respond(rows, seed, folder=meridian)["responded"].to_pylist())
        rates.append(answered)
    assert rates[0] > 8 * rates[1]


def test_some_programmes_lose_money_and_some_customers_are_better_left_alone(meridian):
    table = pq.read_table(meridian / "truth" / "potential_outcome.parquet")
    assert table["gain_discount_blast"].to_numpy().sum() < 0
    gain = table["gain_retention_call"].to_numpy()
    assert (gain > 0).any()
    assert (gain < -6.3).any()


def test_an_unknown_treatment_or_customer_is_told(meridian, customers):
    with pytest.raises(KeyError, match="hypnosis"):
        demo.respond(_decisions(customers[:1], "hypnosis"), 1, folder=meridian)
    with pytest.raises(KeyError, match="P9999999"):
        demo.respond(_decisions(["P9999999"], "none"), 1, folder=meridian)


def test_the_quantile_of_poisson_rises_with_the_mean():
    uniform = np.linspace(0.001, 0.999, 999)
    low, high = (quantile_of_poisson(np.full(999, mean), uniform) for mean in (1.0, 1.6))
    assert (high >= low).all()
    assert abs(low.mean() - 1.0) < 0.01
