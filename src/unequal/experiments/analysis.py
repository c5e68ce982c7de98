"""What a treatment earned: those treated beside those held out by lot, per customer and in all, with ranges that hold at every look.

One arm's mean less the other's is an unbiased estimate of what the treatment does, because a lot decided. Its range is told twice: `once`, as if
nobody had looked before, by Welch's t; and the one that verdicts go by, a confidence sequence (see `sequences`), which may be looked at every day.

Its information grows with what was gathered. With weights w of the arms and their customers n, m = 1 / sum(w^2 / n) is as many customers as the
contrast is worth, and (m x se)^2 the variance of what has been summed so far. x = x* times that, over what is planned for it. While customers come in,
and while dollars of the same customers add up, it only grows, and what was seen before stays in the sum: earlier and later looks agree more than
those of independent gains would, so the sequence errs, if at all, on the safe side.

Few customers bring most dollars. A small arm that has not met its big spenders yet has a low mean and a low variance at once, and its range would leave out
the truth on one side: with a holdout of 5 % up to a fourth of treatments that do nothing would be said to have earned. So the sequence takes for
the variance of each arm the larger one of its own and that of all arms together. Both were measured: `benchmarks/experiments/sequences.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final, Literal

from scipy.special import ndtr, stdtrit

from unequal.experiments.outcomes import Outcomes
from unequal.experiments.sample_ratio import SampleRatio, sample_ratio
from unequal.experiments.sequences import always_valid_p, errors_wide, information_at_plan
from unequal.terms.errors import ExperimentError

FEWEST_WITH_OUTCOME: Final = 20
"""Units with an outcome that each arm needs before its mean is taken for a normal variable."""

Verdict = Literal["earned", "lost", "no_detectable_difference", "too_early", "arms_not_as_drawn"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned before the first look; it decides where the sequence is tightest, and never whether it holds.

    Args:
        customers: of both arms (of all four, for two policies that meet) at the planned end.
        share_held_out: declared; what the sizes of the arms are held against.
        deviation: standard deviation of one customer's outcome at the planned end; None where outcomes do not grow while customers wait,
            so that as much is known as customers were counted.
    """

    customers: int
    share_held_out: float
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference of arms per customer.

    Args:
        effect_expected, effect_low, effect_high: with the range that holds at every look; infinite while it is too early.
        once_low, once_high: the range of a single look.
        standard_error, z: of the effect, and it in such errors.
        p_always, p_once: chances of an effect as large without any, at every look together and at one.
        variance_removed: the share of the variance that what was known from before took away; 0 where nothing was.
        information: gathered, as a share of what is planned.
        is_early: an arm has too few units with an outcome.
        confidence: of the ranges.
    """

    effect_expected: float
    effect_low: float
    effect_high: float
    once_low: float
    once_high: float
    standard_error: float
    z: float
    p_always: float
    p_once: float
    variance_removed: float
    information: float
    is_early: bool
    confidence: float

    @property
    def verdict(self) -> Verdict:
        """What may be said of the effect."""
        if self.is_early:
            return "too_early"
        if self.effect_low > 0:
            return "earned"
        return "lost" if self.effect_high < 0 else "no_detectable_difference"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Those treated beside those held out.

    Args:
        effect: the difference per customer, treated less held out.
        treated, held_out: customers in each arm.
        mean_treated, mean_held_out: what a customer of each came to.
        total_expected, total_low, total_high: the effect on all who were treated, with the range that holds at every look.
        ratio: whether the lot fell as it was meant to.
    """

    effect: Contrast
    treated: int
    held_out: int
    mean_treated: float
    mean_held_out: float
    total_expected: float
    total_low: float
    total_high: float
    ratio: SampleRatio

    @property
    def verdict(self) -> Verdict:
        """What may be said: nothing of arms that are not those which were drawn."""
        return "arms_not_as_drawn" if self.ratio.is_off else self.effect.verdict


def compare(treated: Outcomes, held_out: Outcomes, *, plan: Plan, confidence: float = 0.95, adjusted: bool = True) -> Comparison:
    """What a treatment did, per customer and for all treated.

    Args:
        treated, held_out: all customers as they were drawn, whether or not the treatment reached them.
        plan: from before the first look.
        confidence: of the ranges, between 0 and 1.
        adjusted: whether what was known from before takes variance away (CUPED), where it is given.

    Raises:
        ExperimentError: EXP001, an arm with fewer than two units; EXP002, a share that is none; EXP003, a plan or a confidence that is none.
    """
    effect = contrast([(1.0, treated), (-1.0, held_out)], plan=plan, confidence=confidence, adjusted=adjusted, shares=_shares(plan))
    return Comparison(
        effect=effect,
        treated=round(treated.customers),
        held_out=round(held_out.customers),
        mean_treated=treated.mean,
        mean_held_out=held_out.mean,
        total_expected=treated.customers * effect.effect_expected,
        total_low=treated.customers * effect.effect_low,
        total_high=treated.customers * effect.effect_high,
        ratio=sample_ratio(treated.units, held_out.units, share=plan.share_held_out),
    )


def _shares(plan: Plan) -> list[float]:
    return [1 - plan.share_held_out, plan.share_held_out]


def interaction(
    both: Outcomes, first: Outcomes, second: Outcomes, neither: Outcomes, *, plan: Plan, second_share: float, confidence: float = 0.95
) -> Contrast:
    """What two treatments bring together beyond the sum of what each brings alone, per customer.

    Lots of policies are independent, so where two meet, four arms of known shares arise without being designed (a 2 x 2 factorial).

    Args:
        both, first, second, neither: customers treated by both, by the first alone, by the second alone, by none.
        plan: of all four, with the share held out of the first.
        second_share: the share held out of the second.
        confidence: of the ranges.

    Raises:
        ExperimentError: as `compare`.

    Source: Fisher, The design of experiments (1935), chapter 6.
    """
    shares = [one * other for one in _shares(plan) for other in (1 - second_share, second_share)]
    arms = [(1.0, both), (-1.0, first), (-1.0, second), (1.0, neither)]
    return contrast(arms, plan=plan, confidence=confidence, adjusted=True, shares=shares)


def contrast(arms: Sequence[tuple[float, Outcomes]], *, plan: Plan, shares: Sequence[float], confidence: float, adjusted: bool) -> Contrast:
    """A weighted sum of the arms' means, weights summing to 0, with its ranges.

    Args:
        arms: weight and outcomes of each.
        plan: from before the first look.
        shares: of all customers that each arm was to have.
        confidence, adjusted: as for `compare`.
    """
    _check(arms, plan, shares, confidence)
    scatters = [arm.scatter() for _, arm in arms]
    theta = _theta(arms, scatters) if adjusted else 0.0
    effect = sum(weight * (arm.mean - theta * arm.mean_before) for weight, arm in arms)
    own = [max(outcome - 2 * theta * both + theta * theta * before, 0.0) for outcome, before, both in scatters]
    plain = [outcome for outcome, _, _ in scatters]
    error = sqrt(_summed(arms, own))
    removed = 1 - _summed(arms, own) / _summed(arms, plain) if error else 0.0
    is_early = error == 0 or any(arm.with_outcome < FEWEST_WITH_OUTCOME for _, arm in arms)
    guarded = _summed(arms, _guarded(arms, own))
    progress = _progress(arms, plan, shares, guarded)
    x = information_at_plan(1 - confidence) * progress
    wide = inf if is_early else errors_wide(x, 1 - confidence) * sqrt(guarded)
    once = float(stdtrit(_freedom(arms, own), (1 + confidence) / 2)) * error if error else 0.0
    z = effect / error if error else 0.0
    return Contrast(
        effect, effect - wide, effect + wide, effect - once, effect + once, error, z,
        1.0 if is_early else always_valid_p(effect / sqrt(guarded), x), float(2 * ndtr(-abs(z))),
        removed, progress, is_early, confidence,
    )  # fmt: skip


def _theta(arms: Sequence[tuple[float, Outcomes]], scatters: Sequence[tuple[float, float, float]]) -> float:
    """What a dollar more before the experiment goes with during it: the slope that leaves the contrast the least variance."""
    before = _summed(arms, [one for _, one, _ in scatters])
    return _summed(arms, [one for _, _, one in scatters]) / before if before > 0 else 0.0


def _summed(arms: Sequence[tuple[float, Outcomes]], variances: Sequence[float]) -> float:
    return sum(weight**2 * one for (weight, _), one in zip(arms, variances, strict=True))


def _guarded(arms: Sequence[tuple[float, Outcomes]], variances: Sequence[float]) -> list[float]:
    """Variances of means, each from the larger one of its own and all customers' variance."""
    each = [one * arm.customers for (_, arm), one in zip(arms, variances, strict=True)]
    together = sum(one * arm.customers for (_, arm), one in zip(arms, each, strict=True)) / sum(arm.customers for _, arm in arms)
    return [max(one, together) / arm.customers for (_, arm), one in zip(arms, each, strict=True)]


def _progress(arms: Sequence[tuple[float, Outcomes]], plan: Plan, shares: Sequence[float], variance: float) -> float:
    """What is gathered, over what is planned; 1 at the planned end."""
    worth = 1 / sum(weight**2 / arm.customers for weight, arm in arms)
    planned = plan.customers / sum(weight**2 / share for (weight, _), share in zip(arms, shares, strict=True))
    if plan.deviation is None:
        return worth / planned
    return worth * worth * variance / (planned * plan.deviation**2)


def _freedom(arms: Sequence[tuple[float, Outcomes]], variances: Sequence[float]) -> float:
    """Degrees of freedom of a sum of variances of means (Welch and Satterthwaite)."""
    whole = _summed(arms, variances)
    parts = [weight**2 * one / whole for (weight, _), one in zip(arms, variances, strict=True)]
    return 1 / sum(part * part / (arm.units - 1) for (_, arm), part in zip(arms, parts, strict=True))


def _check(arms: Sequence[tuple[float, Outcomes]], plan: Plan, shares: Sequence[float], confidence: float) -> None:
    if any(arm.units < 2 for _, arm in arms):  # noqa: PLR2004 - a variance takes two
        raise ExperimentError(
            "EXP001", "outcomes cannot be compared", seen=f"arms of {', '.join(str(arm.units) for _, arm in arms)} units",
            do="wait until each arm has two at least",
        )  # fmt: skip
    if any(not 0 < share < 1 for share in shares):
        raise ExperimentError(
            "EXP002",
            "the sizes of two arms cannot be held against a share",
            seen=f"shares {list(shares)}",
            do="give shares between 0 and 1",
        )
    if plan.customers < 1 or not 0 < confidence < 1 or (plan.deviation is not None and not 0 < plan.deviation < inf):
        raise ExperimentError(
            "EXP003", "an experiment cannot be planned or judged so", seen=f"{plan=} {confidence=}",
            do="plan for one customer at least, a deviation above 0, and a confidence between 0 and 1",
        )  # fmt: skip
