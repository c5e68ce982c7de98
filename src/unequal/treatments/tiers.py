"""Which level of service a customer has: by rules, by what is remembered of him, and by the lot of the trial.

Whoever earns a better tier rises at once. Whoever earns a lesser one keeps his own while its `holds_when` holds, and for `holds_days` after he got it: so
nobody goes up and down with every order. No tier at all is less than any, but for those that take service away: it is more than they are. A share of each tier but the best is served as the tier above it, so that it shows what tiers themselves do to
customers: a tier whose customers leave because they are served badly would look as if it had been right about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from unequal import config
from unequal.treatments.compiling import Rules
from unequal.treatments.holdout import is_drawn
from unequal.treatments.judging import Sitting, whole_row
from unequal.treatments.shapes import Arm, Moment, Service, TierHeld

TRIAL = "tier:"
"""What the names of trials begin with, where arms of policies are kept: `tier:basic` is the trial of the tier basic."""
NO_TIER = ""
"""What is remembered of whom no tier fits any more; no tier can be called so."""


def order_of(tiers: Mapping[str, config.policies.Tier]) -> tuple[str, ...]:
    """Tiers by rank, the best first, and NO_TIER among them.

    Who is not known is not punished for it: he stands before those from whom service is taken away.
    """
    regular = [name for name, tier in tiers.items() if not tier.takes_service_away]
    return (*regular, NO_TIER, *(name for name in tiers if name not in regular))


def service_at(moment: Moment, rules: Rules) -> tuple[Service, Sitting]:
    """The service that a customer has at a moment, and the moment with what is asked of it."""
    sitting = Sitting(moment, rules, whole_row(moment, rules))
    return service_of(sitting), sitting


def service_of(sitting: Sitting) -> Service:
    """The service that a customer has; of no tier where none fits.

    A tier that takes service away passes over whose band is not known to be stable, and whom a floor concerns.
    """
    rules = sitting.rules
    if not rules.tiers:
        return Service()
    held, fits = _held(sitting), _first_that_fits(sitting)
    earned = _settled(sitting, held, fits)
    # A fall to no tier is remembered, too: else he would rise again by what only keeps a tier.
    is_new = earned != (held.tier if held is not None else None)
    since = sitting.moment.at if is_new or held is None else held.since
    arm = _arm(sitting, earned)
    tier = rules.tier_order[rules.tier_order.index(earned) - 1] if arm == "treated" and earned is not None else earned
    return Service(tier, earned, fits, arm, since if earned is not None else None, held.tier if held is not None else None, is_new=is_new)


def falls(rules: Rules, held: str, fits: str | None) -> bool:
    """Whether what fits is less than what is held; none at all is less than a tier, but for one that takes service away."""
    if fits is None:
        return not rules.moments.tiers[held].takes_service_away
    return rules.tier_order.index(fits) > rules.tier_order.index(held)


def is_held(held: TierHeld, days: int, *, holds: bool, at: datetime) -> bool:
    """Whether who has a tier keeps it though he would not get it now.

    Args:
        held: the tier and since when.
        days: for so long it is kept, whatever holds; of 24 hours each.
        holds: whether its `holds_when` holds.
        at: the moment, naive UTC.
    """
    return holds or at < held.since + timedelta(days=days)


def _held(sitting: Sitting) -> TierHeld | None:
    """What is remembered of him, None where that is no tier; a tier that was there then and is none any more is forgotten."""
    held = sitting.moment.standing.tier
    return held if held is not None and held.tier in sitting.rules.moments.tiers and held.since <= sitting.moment.at else None


def _first_that_fits(sitting: Sitting) -> str | None:
    declared = sitting.rules.moments.tiers
    for name, holds, _ in sitting.rules.tiers:
        protects = declared[name].takes_service_away and (not sitting.is_stable or bool(sitting.floors))
        if not protects and (holds is None or holds(sitting.row) is True):
            return name
    return None


def _settled(sitting: Sitting, held: TierHeld | None, fits: str | None) -> str | None:
    """What he has earned: what fits now, or what he has and keeps."""
    rules = sitting.rules
    if held is None or not falls(rules, held.tier, fits):
        return fits
    keeps = next((keeps for name, _, keeps in rules.tiers if name == held.tier), None)
    holds = keeps is not None and keeps(sitting.row) is True
    return held.tier if is_held(held, rules.moments.tiers[held.tier].holds_days, holds=holds, at=sitting.moment.at) else fits


def _arm(sitting: Sitting, earned: str | None) -> Arm | None:
    """How the lot fell of whether he is served as the tier above; None for the best tier, and where there is no trial."""
    rules, trial = sitting.rules, f"{TRIAL}{earned}"
    if earned is None or earned == rules.tier_order[0] or not rules.tier_trial:
        return None
    drawn: Arm = "treated" if is_drawn(trial, sitting.moment.profile.customer_id, rules.tier_trial) else "held_out"
    return sitting.moment.standing.arms.get(trial, drawn)
