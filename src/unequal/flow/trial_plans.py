"""What a trial of a policy could tell, worked out before it begins, from how customers' dollars have scattered so far.

The measure is that of `ask earned`, moved into the past: the customers for whom the policy's windows held `days` before the ledger ends, what they
brought since, and what they brought in as many days before. So a plan knows what of the scatter is known beforehand, and what a household shares.
Columns of the profile stand as they are today, for nobody has kept what they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Any, Final

import ibis
from ibis import _

from unequal import experiments, treatments
from unequal.flow.clock import day_in
from unequal.flow.holding import published_moments
from unequal.flow.previewing import acting
from unequal.flow.reading import OpenBase
from unequal.terms.errors import ExperimentError

SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Held out, to choose from; beside what the policy says."""
FEWEST: Final = 100
"""Customers below whom their scatter is not known well enough to plan on."""
_RATE_DAYS: Final = 90
_ARMS: Final = {"policy": "string", "customer_id": "string", "arm": "string", "drawn_on": "date", "share_held_out": "float64"}
_CONTACTS: Final = {"customer_id": "string", "policy": "string", "made_on": "date", "cost": "decimal(18, 4)"}


@dataclass(frozen=True)
class Way:
    """What holding out one share would show.

    Args:
        share_held_out: by lot.
        is_declared: as the policy says it.
        shows_at_least_expected: the smallest effect, in dollars for each treated customer, that the customers there are show four times in five.
        customers_needed: in both arms, for the effect that is looked for.
        chance: that the customers there are show that effect.
        days: until as many have come, and their days are over; None where all are there at once and are too few.
    """

    share_held_out: float
    is_declared: bool
    shows_at_least_expected: float
    customers_needed: int
    chance: float
    days: int | None


@dataclass(frozen=True)
class TrialPlan:
    """What a trial of a policy could tell.

    Args:
        policy, version: which.
        outcome_days: that count from the lot on.
        by_household: whole households are drawn.
        customers: whom its rules are for today, and with whom it is expected to bring more than it costs.
        customers_declared: for how many the policy's `measure` plans: ranges are narrowest there.
        seen: customers of the past, from whom the scatter was learned.
        deviation_expected: of one customer's dollars in those days, without what is known from before.
        variance_removed: by what customers brought before, a share.
        effect_expected: looked for, in dollars for each treated; what the policy is counted with, where nobody says another.
        a_day: customers who come in a day; None where all are there at once.
        ways: one for each share held out.
    """

    policy: str
    version: int
    outcome_days: int
    by_household: bool
    customers: int
    customers_declared: int
    seen: int
    deviation_expected: float
    variance_removed: float
    effect_expected: float
    a_day: float | None
    ways: tuple[Way, ...]


def planned(
    opened: OpenBase, name: str, policies: treatments.Policies, rules: treatments.Rules, *, at: datetime, effect: float | None = None, a_day: float | None = None
) -> TrialPlan:  # fmt: skip
    """Plan the trial of a policy.

    Args:
        opened: the published run.
        name: of the policy.
        policies, rules: it, and those that act beside it, made ready.
        at: as of when windows are counted of those whom it is for today.
        effect: dollars for each treated customer that are to be found; what the policy is counted with by default.
        a_day: customers who come in a day, where not all are there at once; of a policy that an event sets off, what the ledger tells by default.

    Raises:
        ExperimentError: EXP008, too few customers to plan on; EXP003, an effect or a rate that cannot be.
    """
    policy = policies.named(name)
    declared = policy.config
    there = acting(opened, policies, rules, at=at)
    today = treatments.preview.worth_treating(there.profile, policy, rules)
    (counted,) = opened.engine.fetch(today.aggregate(customers=today.count(), dollars=today["dollars"].cast("float64").mean()))
    outcomes = _past(opened, name, policies, rules, days=declared.measure.days)
    customers = int(counted["customers"])
    if outcomes is None or customers < FEWEST:
        raise _no_plan(name, f"{customers} today, {0 if outcomes is None else int(outcomes.customers)} in the past")
    deviation, removed = _scatter(outcomes)
    if not deviation:
        raise _no_plan(name, "all brought the same")
    wanted = effect if effect is not None else float(counted["dollars"])
    rate = a_day if a_day is not None else _coming(opened, policy)
    held = float(declared.holdout)
    ways = tuple(
        _way(share, deviation, customers, wanted, rate, declared.measure.days, is_declared=share == held)
        for share in sorted({*SHARES, held})
    )
    return TrialPlan(
        name, policy.version, declared.measure.days, policy.by_household, customers, declared.measure.customers, int(outcomes.customers), deviation,
        removed, wanted, rate, ways,
    )  # fmt: skip


def _past(
    opened: OpenBase, name: str, policies: treatments.Policies, rules: treatments.Rules, *, days: int
) -> experiments.Outcomes | None:  # fmt: skip
    """What customers like those brought in as many days up to the ledger's end; None where there were too few, or the ledger is too short."""
    today = day_in(rules.zone, datetime.fromisoformat(opened.base.published_at.removesuffix("Z")))
    entries = opened.base.table("entry").filter(_.booked_on <= ibis.literal(today))
    (booked,) = opened.engine.fetch(entries.aggregate(first=entries["booked_on"].min(), last=entries["booked_on"].max()))
    if booked["last"] is None or booked["last"] - timedelta(days=2 * days) < booked["first"]:
        return None
    began: date = booked["last"] - timedelta(days=days - 1)
    then = acting(opened, policies, rules, at=datetime.combine(began, time()))
    policy = policies.named(name)
    who = treatments.preview.worth_treating(then.profile, policy, rules)
    drawn = opened.engine.rows({"drawn_on": "date"}, [{"drawn_on": began}])
    arms = (
        who.cross_join(drawn)
        .mutate(policy=ibis.literal(name), arm=ibis.literal("held_out"), share_held_out=ibis.null("float64"))
        .select(*_ARMS)
    )
    tried = experiments.trials.Tried(name, "", days, FEWEST, 0.5, policy.by_household)
    trials = experiments.trials.Trials({name: tried}, arms, opened.engine.rows(_CONTACTS, []), frozenset(), today)
    measured = opened.base.keep(experiments.trials.brought(entries, trials, name, level=opened.base.level))
    households = opened.base.table("household") if policy.by_household else None
    rows: Sequence[Mapping[str, Any]] = opened.engine.fetch(experiments.trials.summed(measured, households))
    found = experiments.trials.by_arm(rows).get("held_out")
    return found if found is not None and found.units >= FEWEST else None


def _scatter(outcomes: experiments.Outcomes) -> tuple[float, float]:
    """One customer's standard deviation without what is known from before, and the share of variance that this takes."""
    variance, before, both = outcomes.scatter()
    removed = both * both / (variance * before) if variance and before else 0.0
    return sqrt(variance * (1 - removed) * outcomes.customers), removed


def _coming(opened: OpenBase, policy: Any) -> float | None:
    """How many customers an event sets off in a day, where the run tells of it."""
    trigger = policy.config.trigger
    if trigger is None or trigger.on is None:
        return None
    moments = published_moments(opened).filter(_.event == trigger.on)
    last = moments["happened_at"].max()
    recent = moments.filter(moments["happened_at"] > last - timedelta(days=_RATE_DAYS))
    (found,) = opened.engine.fetch(recent.aggregate(customers=recent["customer_id"].nunique()))
    return found["customers"] / _RATE_DAYS if found["customers"] else None


def _way(share: float, deviation: float, customers: int, effect: float, a_day: float | None, days: int, *, is_declared: bool) -> Way:
    sizing = experiments.sizing
    design = sizing.of_means(share, deviation, confidence=experiments.trials.CONFIDENCE)
    needed = sizing.customers_needed(design, effect)
    at_once = days if needed <= customers else None
    over = at_once if a_day is None else sizing.days_needed(needed, a_day=a_day, outcome_days=days)
    return Way(share, is_declared, sizing.detectable(design, customers), needed, sizing.power_of(design, effect, customers), over)


def _no_plan(name: str, seen: str) -> ExperimentError:
    do = f"plan for {FEWEST} customers or more who differ, or where the ledger reaches back further"
    return ExperimentError("EXP008", "too few customers to plan a trial on", where=f"policy {name}", seen=seen, do=do)
