"""Levers whose effect was measured here: what treatments that hold customers out by lot have been shown to bring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import ibis

from unequal.answers.base import Base
from unequal.answers.earned import Judged, judged
from unequal.answers.levers import Lever, as_measured
from unequal.experiments import trials as trying

_LEVERS: Final = {
    "keep": ("retention", "Keeping customers, as measured"), "win back": ("retention", "Keeping customers, as measured"),
    "serve cheaper": ("cost_to_serve", "Serving cheaper, as measured"), "get": ("mix", "Getting customers, as measured"),
    "grow": ("", "Growing customers, as measured"),
}  # fmt: skip
"""By what a policy is for: the assumed lever whose place the measurement takes in the sum, and what the measured one is called."""
_SERVICE: Final = ("service", "Service by value, as measured")
_YEAR: Final = timedelta(days=365)


def proven(base: Base, among: ibis.Table | None = None) -> list[Lever]:
    """A lever for each kind of treatment that acts and whose effect was measured.

    A year of it is what was earned with each customer treated, times those whose lot was drawn within the last year that the ledger holds.

    Args:
        base: a published run.
        among: customers who count; all by default.

    Returns:
        In the order in which assumed levers stand; none where nothing was measured.
    """
    trials = base.trials()
    last = None if trials is None else base.fetch(trying.last_day(base.table("entry"), trials))[0]["last"]
    if trials is None or not isinstance(last, date):
        return []
    found: dict[tuple[str, str], list[tuple[Judged, int]]] = {}
    for name, tried in trials.policies.items():
        # Its dollars are those of the policies that it stands for, which are levers themselves.
        if tried.is_whole:
            continue
        one = judged(base, trials, name, level=base.level, among=among)
        if tried.acts and one.verdict in {"earned", "lost", "no_detectable_difference"}:
            arms = trials.arms.filter(trials.arms["policy"] == name, trials.arms["arm"] == "treated")
            recent = arms.filter(arms["drawn_on"] > ibis.literal(last - _YEAR))
            among_them = recent if among is None else recent.semi_join(among, "customer_id")
            treated = int(str(base.fetch(among_them.aggregate(n=among_them.count()))[0]["n"]))
            found.setdefault(_LEVERS.get(tried.objective, _SERVICE), []).append((one, treated))
    return [_lever(replaces, name, some) for (replaces, name), some in sorted(found.items())]


def _lever(replaces: str, name: str, some: list[tuple[Judged, int]]) -> Lever:
    ends = list(_each_end(some))
    treated = sum(number for _, number in some)
    grounds = ", ".join(
        f"{one.tried.called} with {one.compared.treated:,} treated beside {one.compared.held_out:,} held out"
        for one, _ in some
        if one.compared
    )
    cost = sum((one.cost for one, _ in some), Decimal(0))
    each = [end / treated if treated else 0.0 for end in ends]
    return as_measured(
        f"measured_{replaces or 'grow'}", name, cost, (each[0], each[1], each[2]), (ends[0], ends[1], ends[2]), grounds, replaces
    )


def _each_end(some: list[tuple[Judged, int]]) -> Iterator[float]:
    """What a year comes to at the low end, as expected, and at the high end."""
    effects = [(one.compared.effect, treated) for one, treated in some if one.compared is not None]
    for end in ("effect_low", "effect_expected", "effect_high"):
        yield sum(getattr(effect, end) * treated for effect, treated in effects)
