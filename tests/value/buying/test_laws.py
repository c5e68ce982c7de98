"""What holds of every model of buying, whatever its parameters and the history."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis.strategies import composite, floats, integers, lists, sampled_from
from scipy.integrate import quad

from unequal.terms.errors import ValuationError
from unequal.value.buying import BgNbd, Histories, Nbd, ParetoNbd, Poisson, is_overdue, silence_allowed

KINDS = (BgNbd, ParetoNbd, Nbd, Poisson)


def logs(low: float = -4.0, high: float = 4.0):
    return floats(low, high, allow_nan=False)


@composite
def models(draw, kinds=KINDS):
    kind = draw(sampled_from(kinds))
    return kind.from_logs(np.array([draw(logs()) for _ in kind.names()]))


@composite
def rows(draw):
    orders = draw(integers(0, 20) | integers(0, 10_000))
    observed = draw(floats(0.0, 500.0))
    last = observed * draw(floats(0.0, 1.0) | sampled_from([1.0])) if orders else 0.0
    return orders, min(last, observed), observed


@composite
def histories(draw, *, most: int = 12):
    return Histories.of(*zip(*draw(lists(rows(), min_size=1, max_size=most)), strict=True))


@given(models(), histories())
def test_the_gradient_agrees_with_differences(model, counted) -> None:
    found, at = counted[0], model.logs
    by_logs = model.gradient(found) * np.exp(at)
    scale = np.abs(by_logs).max() + found.repeat_orders.max() + len(found)
    for number, step in enumerate(np.eye(len(at)) * 1e-4):
        heights = [type(model).from_logs(at + times * step).log_likelihood(found) for times in (-2, -1, 1, 2)]
        slope = (8 * (heights[2] - heights[1]) - heights[3] + heights[0]) / 12e-4
        assert slope == pytest.approx(by_logs[number], abs=1e-6 * scale)


@given(models(), histories())
def test_a_probability_to_be_alive_is_one_of_probability(model, counted) -> None:
    alive = model.p_alive(counted[0])
    assert ((alive >= 0) & (alive <= 1)).all()


@given(models((BgNbd, ParetoNbd)), integers(1, 50), floats(0.1, 50.0), floats(0.0, 100.0), floats(0.1, 100.0))
def test_silence_lowers_the_probability_to_be_alive(model, orders, last, silence, more) -> None:
    found = model.p_alive(Histories([orders] * 2, [last] * 2, [last + silence, last + silence + more], [1, 1]))
    assert found[1] <= found[0] + 1e-12


@given(models(), histories(most=4), floats(0.01, 200.0))
def test_expected_orders_grow_with_the_horizon_ever_more_slowly(model, counted, horizon) -> None:
    found = model.expected_orders(counted[0], [0.0, horizon, 2 * horizon, 3 * horizon])
    gained = np.diff(found, axis=1)
    room = 1e-9 * found[:, -1:] + 1e-300
    assert (found[:, 0] == 0).all()
    assert (gained >= -room).all()
    assert (np.diff(gained, axis=1) <= room).all()


@given(models(), lists(rows(), min_size=1, max_size=6), lists(integers(1, 5), min_size=6, max_size=6))
def test_counting_histories_changes_nothing(model, given_rows, times) -> None:
    each = [row for row, count in zip(given_rows, times, strict=False) for _ in range(count)]
    counted, places = Histories.of(*zip(*each, strict=True))
    one_by_one = Histories(*zip(*each, strict=True), [1] * len(each))
    assert counted.customers == len(each)
    height = model.log_likelihood(one_by_one)
    assert model.log_likelihood(counted) == pytest.approx(height, rel=1e-11, abs=1e-9)
    assert model.p_alive(counted)[places] == pytest.approx(model.p_alive(one_by_one))


@given(models(), rows(), floats(0.01, 30.0))
@settings(max_examples=60)
def test_probabilities_of_orders_sum_to_one_and_have_the_expected_mean(model, row, horizon) -> None:
    one = Histories(*([value] for value in row), [1])
    expected = model.expected_orders(one, horizon)[0]
    assume(expected < 100)
    found = model.order_probabilities(one, horizon, 4000)[0]
    assume(found[-200:].sum() < 1e-13)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1.0, abs=1e-7)
    assert found @ np.arange(4001) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@given(models((ParetoNbd,)), integers(0, 30), floats(0.0, 50.0), floats(0.0, 50.0), floats(1e-4, 0.1))
@settings(max_examples=40)
def test_pareto_nbd_agrees_with_its_integrals_by_quadrature(model, orders, last, silence, rate) -> None:
    last = last if orders else 0.0
    end, n = last + silence, model.r + orders
    one = Histories([orders], [last], [end], [1])

    def dying(u: float) -> float:
        return float(
            np.exp(-n * np.log((model.alpha + u) / (model.alpha + end)) - (model.s + 1) * np.log((model.beta + u) / (model.beta + end)))
        )

    integral = quad(dying, last, end, limit=200, epsabs=0)[0] / (model.beta + end) if silence > 0 else 0.0
    assert model.p_alive(one)[0] == pytest.approx(1 / (1 + model.s * integral), rel=1e-6)
    beta = model.beta + end
    discounted = quad(lambda u: np.exp(u - rate * np.exp(u) - model.s * np.log1p(np.exp(u) / beta)), -40, np.log(800 / rate), limit=400)[0]
    assert model.discounted_orders(one, rate)[0] == pytest.approx(model.p_alive(one)[0] * n / (model.alpha + end) * discounted, rel=1e-6)


@given(models((ParetoNbd,)), histories(most=3), floats(1e-3, 0.1), floats(0.1, 100.0))
def test_orders_discounted_to_a_horizon_are_fewer_than_for_ever_and_than_undiscounted(model, counted, rate, horizon) -> None:
    found = model.discounted_orders(counted[0], rate, horizon=horizon)
    assert (found <= model.discounted_orders(counted[0], rate) * (1 + 1e-9)).all()
    assert (found <= model.expected_orders(counted[0], horizon) * (1 + 1e-9)).all()
    assert (found >= model.expected_orders(counted[0], horizon) * np.exp(-rate * horizon) * (1 - 1e-9) - 1e-12).all()


@given(floats(-1e-7, 1e-7), integers(0, 20), floats(0.1, 50.0))
def test_parameters_beside_one_are_like_any_other(beside, orders, horizon) -> None:
    one = Histories([orders], [1.0 if orders else 0.0], [10.0], [1])
    for at, near in (
        (BgNbd(0.5, 4.0, 1.0, 2.0), BgNbd(0.5, 4.0, 1.0 + beside, 2.0)),
        (ParetoNbd(0.5, 4.0, 1.0, 9.0), ParetoNbd(0.5, 4.0, 1.0 + beside, 9.0)),
        (ParetoNbd(0.5, 4.0, 0.7, 4.0), ParetoNbd(0.5, 4.0, 0.7, 4.0 * (1 + beside))),
    ):
        assert near.expected_orders(one, horizon) == pytest.approx(at.expected_orders(one, horizon), rel=1e-5)
        assert near.log_likelihood(one) == pytest.approx(at.log_likelihood(one), rel=1e-5)


@given(histories(), logs(), logs(-2, 3))
def test_who_is_silent_longer_than_allowed_is_overdue(counted, r, alpha) -> None:
    found = counted[0]
    allowed = silence_allowed(found, r=np.exp(r), alpha=np.exp(alpha), chance=0.05)
    assert (allowed > 0).all()
    assert (is_overdue(found, r=np.exp(r), alpha=np.exp(alpha), chance=0.05) == (found.observed - found.last_order > allowed)).all()


@pytest.mark.parametrize(
    ("columns", "seen"),
    [
        (([1], [5.0], [4.0]), "after the end"), (([-1], [0.0], [4.0]), "negative number"), (([0], [1.0], [4.0]), "without repeat orders"),
        (([1], [np.nan], [4.0]), "not finite"), (([1], [1.0], [np.inf]), "not finite"), (([1.5], [1.0], [4.0]), "no whole number"),
        (([1, 1], [1.0], [4.0]), "different lengths"), ((["x"], [1.0], [4.0]), "no numbers"),
    ],
)  # fmt: skip
def test_histories_that_cannot_be_are_refused(columns, seen) -> None:
    with pytest.raises(ValuationError, match=seen) as caught:
        Histories.of(*columns)
    assert caught.value.code == "VAL001"


def test_what_cannot_be_asked_is_refused() -> None:
    one = Histories([1], [1.0], [4.0], [1])
    for code, asked in (
        ("VAL002", lambda: BgNbd(0.0, 1.0, 1.0, 1.0)), ("VAL003", lambda: Nbd(1.0, 1.0).expected_orders(one, -1.0)),
        ("VAL004", lambda: ParetoNbd(1.0, 1.0, 1.0, 1.0).discounted_orders(one, 0.0)),
        ("VAL005", lambda: silence_allowed(one, r=1.0, alpha=1.0, chance=1.0)),
    ):  # fmt: skip
        with pytest.raises(ValuationError) as caught:
            asked()
        assert caught.value.code == code
