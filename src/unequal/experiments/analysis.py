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

Where the share held out changed, the arms are alike within a share alone: later customers are more often in one arm, and may buy less for other reasons.
So each share is a stratum of its own, and what the treatment did is the mean of the strata's effects, by their customers treated. What is summed is then
W x effect with W = the sum of m / q over strata (q the share held out), about as many customers as were treated: each customer adds his part to it once, with
a factor that his share sets and no later one changes. So the information is the sum of m / q^2, which only grows, and the sequence holds as before.

Source: Cochran, The effectiveness of adjustment by subclassification in removing bias in observational studies (1968), for strata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final, Literal

from scipy.special import ndtr, stdtrit

from unequal.experiments.outcomes import Outcomes
from unequal.experiments.sample_ratio import SampleRatio, sample_ratios
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
        share_held_out: declared; what the sizes of the arms are held against. Of several, the newest.
        deviation: standard deviation of one customer's outcome at the planned end; None where outcomes do not grow while customers wait,
            so that as much is known as customers were counted.
    """

    customers: int
    share_held_out: float
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """Both arms of those whose lots were drawn at one share.

    Args:
        treated, held_out: of them; an arm may be empty.
        share_held_out: declared when the lots were drawn.
    """

    treated: Outcomes
    held_out: Outcomes
    share_held_out: float


@dataclass(frozen=True, slots=True)
class Part:
    """One stratum of a contrast.

    Args:
        arms: the weight of each within the stratum, and its outcomes.
        weight: of the stratum; the weights of all add up to 1.
        scale: 1 / q, over that of the plan: how much more a customer's worth of contrast adds to the sum than one of the plan.
    """

    arms: Sequence[tuple[float, Outcomes]]
    weight: float = 1.0
    scale: float = 1.0


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
        treated, held_out: customers in each arm, of the strata that are compared.
        mean_treated, mean_held_out: what a customer of each came to; of several strata by the customers treated, in both arms.
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
    return compare_strata([Stratum(treated, held_out, plan.share_held_out)], plan=plan, confidence=confidence, adjusted=adjusted)


def compare_strata(strata: Sequence[Stratum], *, plan: Plan, confidence: float = 0.95, adjusted: bool = True) -> Comparison:
    """The same where the share held out changed: those treated are compared with those held out at the same share.

    A stratum waits until both of its arms have enough outcomes, as a comparison does; the sizes of all are held against their shares from the first.

    Args:
        strata: one at least; of each share one.
        plan, confidence, adjusted: as for `compare`.

    Raises:
        ExperimentError: as `compare`; EXP001 where no stratum has two units in each arm.
    """
    told = _told(strata)
    treated = sum(one.treated.customers for one in told)
    shares = [one.treated.customers / treated if treated else 1 / len(told) for one in told]
    parts = [
        Part([(1.0, one.treated), (-1.0, one.held_out)], share, plan.share_held_out / one.share_held_out if one.share_held_out else 1.0)
        for one, share in zip(told, shares, strict=True)
    ]
    declared = [*_shares(plan), *(one.share_held_out for one in strata)]
    effect = contrast(parts, plan=plan, confidence=confidence, adjusted=adjusted, shares=_shares(plan), declared=declared)
    return Comparison(
        effect=effect,
        treated=round(treated),
        held_out=round(sum(one.held_out.customers for one in told)),
        mean_treated=sum(share * one.treated.mean for one, share in zip(told, shares, strict=True)),
        mean_held_out=sum(share * one.held_out.mean for one, share in zip(told, shares, strict=True)),
        total_expected=treated * effect.effect_expected,
        total_low=treated * effect.effect_low,
        total_high=treated * effect.effect_high,
        ratio=sample_ratios([(one.treated.units, one.held_out.units, one.share_held_out) for one in strata]),
    )


def _told(strata: Sequence[Stratum]) -> Sequence[Stratum]:
    """The strata that can be compared; while there are none, those of which a variance is known, or all."""
    enough = [one for one in strata if min(one.treated.with_outcome, one.held_out.with_outcome) >= FEWEST_WITH_OUTCOME]
    return enough or [one for one in strata if min(one.treated.units, one.held_out.units) > 1] or strata


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
    return contrast([Part(arms)], plan=plan, confidence=confidence, adjusted=True, shares=shares, declared=shares)


def contrast(
    parts: Sequence[Part], *, plan: Plan, shares: Sequence[float], declared: Sequence[float], confidence: float, adjusted: bool
) -> Contrast:
    """A weighted sum of the arms' means, weights summing to 0 in each stratum, with its ranges.

    Args:
        parts: the strata; where lots were drawn at one share, one.
        plan: from before the first look.
        shares: of all customers that each arm of a stratum was to have by the plan.
        declared: every share that must be one.
        confidence, adjusted: as for `compare`.
    """
    arms = [(part.weight * weight, arm) for part in parts for weight, arm in part.arms]
    _check(arms, plan, declared, confidence)
    scatters = [arm.scatter() for _, arm in arms]
    theta = _theta(arms, scatters) if adjusted else 0.0
    effect = sum(weight * (arm.mean - theta * arm.mean_before) for weight, arm in arms)
    own = [max(outcome - 2 * theta * both + theta * theta * before, 0.0) for outcome, before, both in scatters]
    plain = [outcome for outcome, _, _ in scatters]
    error = sqrt(_summed(arms, own))
    removed = 1 - _summed(arms, own) / _summed(arms, plain) if error else 0.0
    is_early = error == 0 or any(arm.with_outcome < FEWEST_WITH_OUTCOME for _, arm in arms)
    guarded = _summed(arms, _guarded(parts, own))
    progress = _progress(parts, plan, shares, guarded)
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


def _guarded(parts: Sequence[Part], variances: Sequence[float]) -> list[float]:
    """Variances of means, each from the larger one of its own and that of all customers of its stratum."""
    found, left = [], list(variances)
    for part in parts:
        arms, own, left = [arm for _, arm in part.arms], left[: len(part.arms)], left[len(part.arms) :]
        each = [one * arm.customers for arm, one in zip(arms, own, strict=True)]
        together = sum(one * arm.customers for arm, one in zip(arms, each, strict=True)) / sum(arm.customers for arm in arms)
        found += [max(one, together) / arm.customers for arm, one in zip(arms, each, strict=True)]
    return found


def _progress(parts: Sequence[Part], plan: Plan, shares: Sequence[float], variance: float) -> float:
    """What is gathered, over what is planned; 1 at the planned end."""
    worths = [1 / sum(weight**2 / arm.customers for weight, arm in part.arms) for part in parts]
    planned = plan.customers / sum(weight**2 / share for (weight, _), share in zip(parts[0].arms, shares, strict=True))
    if plan.deviation is None:
        return sum(worth * part.scale**2 for worth, part in zip(worths, parts, strict=True)) / planned
    summed = sum(worth * part.scale for worth, part in zip(worths, parts, strict=True))
    return summed * summed * variance / (planned * plan.deviation**2)


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
