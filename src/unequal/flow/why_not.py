"""Why policies do not act on customers: of each, how many it falls for and on what, before a batch decides."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from unequal.flow.audiences import Batch, Tell, Wanted, chosen_by_channel
from unequal.treatments import shapes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unequal.flow.live import Live

_ORDER: Final = {code: place for place, code in enumerate(shapes.REASONS)}
_WINS: Final = len(_ORDER)


def why_not(live: Live, wanted: Wanted, *, tell: Tell = lambda _what, _share: None) -> list[dict[str, Any]]:
    """Of each policy that could act in a batch, for how many customers it falls, and on what.

    A customer is counted once for a policy: in the channel in which it came furthest, for whom it wins in none. What is spent and reserved is
    taken as it stands now; what a batch spends as it goes, and what a plan has not enough of, is not in it. Nothing is written.

    Args:
        live: the moment of contact.
        wanted: whom the batch is for.
        tell: is told what goes on, and which share of it is done.

    Returns:
        Rows of policy, customers, fell (a code of `REASONS`) and because (in words), by policy, the most customers first. Policies that wait for a moment, an
        event or another channel are left out: the batch names them.

    Raises:
        LiveError: LIV610, LIV611, LIV612, what is wanted is not declared.
        PredicateError: `where` is refused.
    """
    batch = Batch(live, wanted, dry=True)
    active, apart = live.policies.active(), set(batch.audience.apart)
    names = [name for name in active.versions if name not in apart and wanted.policy in {None, name}]
    counts: Counter[tuple[str, str]] = Counter()
    for moment in batch.moments(live.profiles.customers(), tell):
        by_channel = chosen_by_channel(moment, batch.channels, active, every=True)
        found = _furthest(one for _, chosen in by_channel for one in chosen.candidates)
        counts.update((name, found[name]) for name in names if name in found)
    ordered = sorted(counts.items(), key=lambda one: (names.index(one[0][0]), -one[1], _ORDER[one[0][1]]))
    return [
        {"policy": policy, "customers": customers, "fell": code, "because": shapes.REASONS[code]} for (policy, code), customers in ordered
    ]


def _furthest(candidates: Iterable[shapes.Candidate]) -> dict[str, str]:
    """Of each policy on what it fell, where it came furthest; none of those that win somewhere."""
    furthest: dict[str, int] = {}
    for one in candidates:
        furthest[one.policy] = max(furthest.get(one.policy, 0), _WINS if one.fell is None else _ORDER[one.fell])
    codes = list(_ORDER)
    return {name: codes[place] for name, place in furthest.items() if place < _WINS}
