"""Who responds to a policy: what it did to whom, learned from those whom its lot treated and held out, and told on others than it was learned from.

Nothing is taken for a sign but what the ledger and the contacts held before the lot: whatever came after it the policy may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
from ibis import _

from unequal import ledger
from unequal.experiments.trials import Trials
from unequal.experiments.uplift import Heterogeneity, Learner, halves, heterogeneity, learn
from unequal.terms.errors import ExperimentError
from unequal.terms.lines import Level, Line

FEWEST: Final = 100
"""Customers of an arm, or households where these were drawn, below which nothing is learned: half of them teach, and a leaf holds fifty."""
SIGNS: Final = ("before", "year_before", "ever_before", "days_bought", "days_silent", "days_known", "contacts_before")
_YEAR: Final = ibis.interval(days=365)
_PARTS: Final = 5


@dataclass(frozen=True)
class Part:
    """A fifth of the customers by what is expected of treating them, the highest first: what was expected, and what came of it.

    Args:
        treated, held_out: customers of either arm.
        gain_expected: of each, as learned from others.
        gain_measured: what those treated earned more than those held out, each.
    """

    treated: int
    held_out: int
    gain_expected: float
    gain_measured: float


@dataclass(frozen=True)
class Response:
    """Who responds to a policy.

    Args:
        policy: its name.
        treated, held_out: customers of either arm whose days are over.
        differs: whether customers respond differently at all, as far as the signs tell.
        parts: fifths, those first who should be treated first.
        customers: of each whose days are over: customer_id, arm, and gain_expected, as learned from those of the other half.
    """

    policy: str
    treated: int
    held_out: int
    differs: Heterogeneity
    parts: tuple[Part, ...]
    customers: Sequence[Mapping[str, Any]]


def with_signs(measured: ibis.Table, entries: ibis.Table, trials: Trials, *, level: Level) -> ibis.Table:
    """What each customer earned in a trial, with what was known of him on the day before his lot.

    Args:
        measured: as `trials.brought` gives it.
        entries: ENTRY.
        trials: whose contacts count, those of all policies.
        level: of dollars.

    Returns:
        The columns of measured, and as floats: year_before and ever_before, dollars brought in the year before the lot and at any time before it;
        days_bought, on how many days something was sold to him; days_silent and days_known, since the last of them and the first (absent where
        there was none); contacts_before.
    """
    days_of = measured.select("customer_id", "drawn_on")
    booked = (
        entries.select("customer_id", "booked_on", "line", "amount").inner_join(days_of, "customer_id").filter(_.booked_on < _.drawn_on)
    )
    lately = booked.filter(_.booked_on >= _.drawn_on - _YEAR)
    sold = booked.filter(_.line == Line.LIST_REVENUE).group_by("customer_id", "drawn_on")
    sold = sold.aggregate(days_bought=_.booked_on.nunique(), last=_.booked_on.max(), first=_.booked_on.min())
    made = trials.contacts.select("customer_id", "made_on").inner_join(days_of, "customer_id").filter(_.made_on < _.drawn_on)
    parts = {
        "year_before": lately.group_by("customer_id").aggregate(year_before=ledger.level_amount(lately, level)),
        "ever_before": booked.group_by("customer_id").aggregate(ever_before=ledger.level_amount(booked, level)),
        "contacts_before": made.group_by("customer_id").aggregate(contacts_before=_.count()),
        "days_bought": sold.select("customer_id", "days_bought"),
        "days_silent": sold.select("customer_id", days_silent=_.drawn_on.delta(_.last, unit="day")),
        "days_known": sold.select("customer_id", days_known=_.drawn_on.delta(_.first, unit="day")),
    }
    found = measured
    for name, part in parts.items():
        joined = found.left_join(part, "customer_id")
        value = joined[name].cast("float64")
        found = joined.select(*found.columns, **{name: value if name in {"days_silent", "days_known"} else value.fill_null(0.0)})
    return found


def responding(
    policy: str, rows: Sequence[Mapping[str, Any]], *, learner: Learner = "s", unit: Sequence[Any] | None = None, splits: int = 10, seed: int = 0
) -> Response:  # fmt: skip
    """Learn who responds.

    Args:
        policy: its name.
        rows: of each customer whose days are over: customer_id, arm, earned and SIGNS, as `with_signs` gives them.
        learner: how; see uplift.
        unit: of each the household where these were drawn.
        splits: halvings that decide whether customers differ.
        seed: of all chance.

    Raises:
        ExperimentError: EXP006, too few of an arm; EXP005, scikit-learn is missing.
    """
    treated = np.array([row["arm"] == "treated" for row in rows], bool)
    units = None if unit is None else np.unique(np.asarray(unit, dtype=str), return_inverse=True)[1]
    for arm, name in ((treated, "treated"), (~treated, "held out")):
        several = int(arm.sum()) if units is None else len(set(units[arm].tolist()))
        if several < FEWEST:
            raise ExperimentError("EXP006", "too few to learn who responds", where=policy, seen=f"{several:,} {name}, whose days are over",
                                  do=f"wait until each arm has {FEWEST} {'customers' if units is None else 'households'}")  # fmt: skip
    signs = np.array([[np.nan if row[name] is None else float(row[name]) for name in SIGNS] for row in rows])
    earned = np.array([float(row["earned"]) for row in rows])
    differs = heterogeneity(signs, treated, earned, learner=learner, unit=units, splits=splits, seed=seed)
    gains = np.empty(len(rows))
    one, other = halves(len(rows), units, np.random.default_rng(seed))
    for own, seen in ((one, other), (other, one)):
        gains[seen] = learn(signs[own], treated[own], earned[own], learner=learner, seed=seed).effect_of(signs[seen])
    told = [
        {"customer_id": row["customer_id"], "arm": row["arm"], "gain_expected": float(gain)} for row, gain in zip(rows, gains, strict=True)
    ]
    told.sort(key=lambda row: (-row["gain_expected"], row["customer_id"]))
    return Response(policy, int(treated.sum()), int((~treated).sum()), differs, _parts(gains, treated, earned), told)


def _parts(gains: Any, treated: Any, earned: Any) -> tuple[Part, ...]:
    found = []
    for places in np.array_split(np.argsort(-gains, kind="stable"), _PARTS):
        one, other = places[treated[places]], places[~treated[places]]
        measured = float(earned[one].mean() - earned[other].mean()) if len(one) and len(other) else float("nan")
        found.append(Part(len(one), len(other), float(gains[places].mean()), measured))
    return tuple(found)
