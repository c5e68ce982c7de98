"""Learning whom a treatment moves, on made worlds whose effects are known."""

import builtins

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from unequal.experiments import qini, uplift
from unequal.experiments.qini import curve
from unequal.terms.errors import ExperimentError

World = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def world(*, customers: int = 12_000, share_treated: float = 0.7, differs: bool = True, seed: int = 23) -> World:
    """Features, treated, dollars and true effects: dollars depend much on one feature, the effect on another."""
    generator = np.random.default_rng(seed)
    x = generator.normal(0, 1, (customers, 4))
    treated = generator.random(customers) < share_treated
    effect = np.where(x[:, 0] > 0, 3.0, -1.0) if differs else np.full(customers, 1.0)
    dollars = 10 + 4 * x[:, 1] + effect * treated + generator.normal(0, 3, customers)
    return x, treated, dollars, effect


@pytest.mark.parametrize("learner", uplift.LEARNERS)
def test_effects_that_were_put_in_are_recovered(learner: uplift.Learner) -> None:
    x, treated, dollars, _ = world()
    learned = uplift.learn(x, treated, dollars, learner=learner)
    new, _, _, truth = world(seed=24)
    found = learned.effect_of(new)
    # One model of both arms learns the treatment last, and so draws its effect towards nothing.
    assert found.mean() == pytest.approx(truth.mean(), abs=0.3 if learner == "s" else 0.15)
    assert np.corrcoef(found, truth)[0, 1] > 0.9
    assert learned.share_treated == pytest.approx(0.7, abs=0.02)


def test_a_difference_that_was_put_in_is_found_and_one_that_was_not_is_not_claimed() -> None:
    for differs, verdict in ((True, "differs"), (False, "no_detectable_difference")):
        x, treated, dollars, _ = world(customers=4_000, differs=differs)
        assert uplift.heterogeneity(x, treated, dollars, splits=4).verdict == verdict


def test_what_is_not_known_of_a_customer_may_be_left_open() -> None:
    x, treated, dollars, effect = world()
    x[::5, 2] = np.nan
    assert np.corrcoef(uplift.learn(x, treated, dollars, learner="t").effect_of(x), effect)[0, 1] > 0.9


def test_the_range_of_a_qini_holds_the_truth_about_as_often_as_it_says() -> None:
    """80 worlds; the truth is the mean area of all of them."""
    generator = np.random.default_rng(29)
    told = []
    for _ in range(80):
        score, treated = generator.random(800), generator.random(800) < 0.5
        told.append(qini(generator.random(800) < 0.2 + 0.2 * treated * score, treated, score))
    truth = np.mean([one.area_expected for one in told])
    assert 0.88 <= np.mean([one.area_low <= truth <= one.area_high for one in told]) <= 1.0


def test_a_curve_begins_at_nothing_and_ends_at_what_the_treatment_brought() -> None:
    shares, heights = curve([1, 0, 1, 0], [True, True, False, False], [0.4, 0.3, 0.2, 0.1])
    assert (shares[0], heights[0], shares[-1]) == (0, 0, 1)
    assert heights[-1] * 4 == 1 - 1


def test_of_dollars_the_area_is_told_and_no_coefficient() -> None:
    _, treated, dollars, effect = world(customers=2_000)
    found = qini(dollars, treated, effect)
    assert found.area_low > 0
    assert found.coefficient_expected is None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("EXP004", lambda: qini([1.0, 0.0], [True, True], [0.1, 0.2])),
        ("EXP004", lambda: qini([1.0, 0.0], [True, False], [0.1])),
        ("EXP004", lambda: qini([1.0, np.nan], [True, False], [0.1, 0.2])),
        ("EXP004", lambda: uplift.learn([1.0, 2.0], [True, False], [0.0, 1.0])),
    ],
)
def test_what_cannot_be_learned_from_is_refused(code: str, wrong) -> None:
    with pytest.raises(ExperimentError) as refused:
        wrong()
    assert refused.value.code == code


def test_without_scikit_learn_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExperimentError, match=r"EXP005[\s\S]*unequal\[uplift\]"):
        uplift.learn(np.zeros((4, 1)), [True, False] * 2, [0.0, 1.0] * 2, learner="s")


def test_learning_leaves_the_threads_of_the_process_as_they_were() -> None:
    learned = uplift.learn(np.zeros((400, 1)), [True, False] * 200, [0.0, 1.0] * 200, learner="t")
    before = [(one["filepath"], one["num_threads"]) for one in threadpool_info()]
    learned.effect_of(np.zeros((4, 1)))
    uplift.learn(np.zeros((400, 1)), [True, False] * 200, [0.0, 1.0] * 200, learner="t")
    assert [(one["filepath"], one["num_threads"]) for one in threadpool_info()] == before
