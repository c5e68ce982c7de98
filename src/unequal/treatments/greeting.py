"""How a customer is greeted, in words that customers may read."""

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
