"""Reasons of leaving that were recorded, and those that were only the form's default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

SAYS_NOTHING: Final = frozenset(
    {"other", "others", "unknown", "not known", "none", "no reason", "n/a", "na", "misc", "miscellaneous", "unspecified", "not given",
     "not specified", "default", "general", "sonstiges", "autre", "otro", "other reason", "other reasons", "-", "?"}
)  # fmt: skip
"""Words of forms for what is no reason, in lower case."""
_TIMES_THE_NEXT: Final = 1.5


def default_reasons(counts: Mapping[str, int], declared: Sequence[str] | None) -> frozenset[str]:
    """The recorded reasons that say nothing.

    A reason is found to be the form's default when its word says nothing (other, unknown, ...) and it is recorded half as often again as
    any other: a rest that is really a rest is small. What is declared is taken as it is, and nothing is looked for then.

    Args:
        counts: how often each reason was recorded.
        declared: the reasons that the config names; None where it names none.

    >>> sorted(default_reasons({"OTHER": 1032, "PRICE": 341, "MOVED": 168}, None))
    ['OTHER']
    >>> sorted(default_reasons({"Competitor": 841, "Other": 182}, None))
    []
    """
    if declared is not None:
        return frozenset(declared) & frozenset(counts)
    found = [name for name in counts if name.strip().casefold() in SAYS_NOTHING]
    most = max((count for name, count in counts.items() if name not in found), default=0)
    return frozenset(name for name in found if counts[name] >= _TIMES_THE_NEXT * most)
