"""How a customer is greeted, and what service the customer may expect, in words that customers may read."""

from __future__ import annotations

from unequal.treatments.judging import Sitting


def greeting_of(sitting: Sitting) -> str | None:
    """The words of the first greeting that fits; None where none does."""
    declared = sitting.rules.moments.greetings
    for name, holds in sitting.rules.greetings:
        channels = declared[name].channels
        if (not channels or sitting.moment.channel in channels) and (holds is None or holds(sitting.row) is True):
            return declared[name].words
    return None


def tier_of(sitting: Sitting) -> str | None:
    """The name of the first tier that fits; None where none does.

    One that takes service away passes over whose band is not known to be stable, and whom a floor concerns.
    """
    declared = sitting.rules.moments.tiers
    for name, holds in sitting.rules.tiers:
        protects = declared[name].takes_service_away and (not sitting.is_stable or bool(sitting.floors))
        if not protects and (holds is None or holds(sitting.row) is True):
            return name
    return None
