"""Whether a policy reaches groups of a protected attribute alike: the four-fifths rule, with an interval.

The rule compares the share of each group that is chosen with that of the group chosen most. It is a rule of thumb for asking, no verdict on
what is lawful. Where the attribute is not held nothing can be tested, and that is what is said.

Source: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 (D); the interval of a ratio of shares is that of Katz, Baptista,
Azen and Pike, Biometrics 34 (1978), pages 469 to 474.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final, Literal

import ibis

from unequal.treatments.compiling import Policy, Rules
from unequal.treatments.fitting import fitting

FOUR_FIFTHS: Final = 0.8
FEWEST: Final = 10
"""Groups of fewer customers are not told apart from chance, and would tell of persons."""
_95_PERCENT: Final = 1.959963984540054

Verdict = Literal["passes", "doubtful", "fails", "cannot_be_tested"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How often a group is chosen beside the group chosen most.

    Args:
        group, against: the two groups.
        ratio, low, high: of the shares, with its 95 % interval; None where that cannot be tested.
        verdict: passes where the whole interval is at four fifths or above, fails where it is below, doubtful where it spans them.
    """

    group: str
    against: str
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def selected_by(profile: ibis.Table, policy: Policy, rules: Rules, *, attribute: str) -> ibis.Table | None:
    """How many of each group there are, and how many of them the policy's rules are for; None where the attribute is not held.

    Args:
        profile, policy, rules: see `fitting`.
        attribute: a column of `profile`.

    Returns:
        group (text; null where it is not known), customers, chosen.
    """
    if attribute not in profile.columns:
        return None
    chosen = fitting(profile, policy, rules).select("customer_id", is_chosen=ibis.literal(value=True))
    joined = profile.select("customer_id", group=profile[attribute].cast("string")).left_join(chosen, "customer_id")
    return joined.group_by("group").aggregate(
        customers=joined.count().cast("int64"), chosen=joined["is_chosen"].fill_null(ibis.literal(value=False)).sum().cast("int64")
    )


def four_fifths(groups: Mapping[str, tuple[int, int]]) -> tuple[Ratio, ...]:
    """Every group beside the group chosen most.

    Args:
        groups: of each group how many there are, and how many are chosen. Those of whom the attribute is not known are no group.

    Returns:
        A ratio for each group but the one chosen most, by name. Groups of fewer than ten cannot be tested, nor anything where nobody is chosen
        or there is one group.

    >>> four_fifths({"white": (80, 48), "black": (40, 12)})[0].ratio
    0.5
    """
    large = {name: (number, chosen) for name, (number, chosen) in groups.items() if number >= FEWEST}
    most = min(large, key=lambda name: (-large[name][1] / large[name][0], name), default="")
    testable = len(large) > 1 and large[most][1] > 0
    return tuple(
        _ratio(name, most, large[name], large[most]) if testable and name in large else Ratio(name, most, None, None, None, "cannot_be_tested")
        for name in sorted(groups) if name != most or not testable
    )  # fmt: skip


def _ratio(group: str, against: str, some: tuple[int, int], most: tuple[int, int]) -> Ratio:
    ratio = (some[1] / some[0]) / (most[1] / most[0])
    # Where nobody of a group is chosen its logarithm is not finite; half a customer more on each side is the usual way out.
    chosen, number = (some[1], some[0]) if some[1] else (0.5, some[0] + 0.5)
    wide = _95_PERCENT * sqrt(max(0.0, 1 / chosen - 1 / number + 1 / most[1] - 1 / most[0]))
    middle = log((chosen / number) / (most[1] / most[0]))
    low, high = exp(middle - wide) if some[1] else 0.0, exp(middle + wide)
    verdict: Verdict = "passes" if low >= FOUR_FIFTHS else "fails" if high < FOUR_FIFTHS else "doubtful"
    return Ratio(group, against, ratio, low, high, verdict)
