"""The groups that customers are told apart by where not everybody can be treated: by capacities of attributes, and for fairness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from unequal.flow.reading import customer_attributes
from unequal.flow.scarcity import Scarce
from unequal.terms.errors import LiveError
from unequal.treatments import allocation

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active


class Groups:
    """The attributes by which capacities and fairness tell customers apart."""

    def __init__(self, live: Live, active: Active, scarce: Scarce) -> None:
        self._scarce = scarce
        project = live.project.config
        declared = tuple(name for source in project.sources.values() if source.records for name in source.records.attributes)
        protected = {name for name, one in project.attributes.items() if one.protected}
        capped: dict[str, list[int]] = {}
        for at, name in enumerate(scarce.capacity):
            kind, _, value = name.rpartition(":")
            known = (
                value in active.rules.moments.channels if not kind else value in active.versions if kind == "policy"
                else kind in declared and kind not in protected
            )  # fmt: skip
            if not known:
                raise LiveError("LIV614", "nothing of that name has a capacity", where="--capacity", seen=name[:80],
                                do="name a channel, policy:NAME, or ATTRIBUTE:VALUE of an attribute that is not protected")  # fmt: skip
            if kind and kind != "policy":
                capped.setdefault(kind, []).append(at)
        if scarce.fair is not None and scarce.fair[0] not in declared:
            raise LiveError("LIV615", "no source gives the attribute that groups are told apart by", where="--fair", seen=scarce.fair[0][:80],
                            do="name an attribute of the config that a source gives")  # fmt: skip
        wanted = tuple(dict.fromkeys([*capped, *([scarce.fair[0]] if scarce.fair else [])]))
        self._values = _values(live, wanted)
        self._capped = capped
        self._combinations: dict[frozenset[int], int] = {frozenset(): 0}
        self._at = [*self._combinations]

    def capped(self, customer_id: str) -> int:
        """The number of the capacities that a customer's attributes fall under."""
        if not self._capped:
            return 0
        values, names = self._values.get(customer_id, {}), list(self._scarce.capacity)
        found = frozenset(at for kind, several in self._capped.items() for at in several if names[at] == f"{kind}:{values.get(kind)}")
        if found not in self._combinations:
            self._combinations[found] = len(self._at)
            self._at.append(found)
        return self._combinations[found]

    def capacities(self, capped: int) -> frozenset[int]:
        """The capacities of such a number."""
        return self._at[capped]

    def of_all(self, ids: Sequence[str]) -> Any:
        """The number of each customer's group; -1 where it is not known, and 0 where no groups are told apart."""
        if self._scarce.fair is None:
            return np.zeros(len(ids), np.int32)
        numbers = {name: at for at, name in enumerate(self._names(ids))}
        return np.array([numbers.get(str(self._group(one)), -1) for one in ids], np.int32)

    def _group(self, customer_id: str) -> str | None:
        found: str | None = self._values.get(customer_id, {}).get(self._scarce.fair[0]) if self._scarce.fair else None
        return found

    def _names(self, ids: Sequence[str]) -> list[str]:
        return sorted({name for one in ids if (name := self._group(one)) is not None})

    def fairness(self, ids: Sequence[str]) -> allocation.Fairness | None:
        """What fairness asks for; None where it asks for nothing, as of one group."""
        if self._scarce.fair is None or len(self._names(ids)) < 2:  # noqa: PLR2004 - one group is alike with itself
            return None
        group = self.of_all(ids)
        return allocation.Fairness(group, tuple(np.bincount(group[group >= 0]).tolist()), Fraction(self._scarce.fair[1]))

    def told(self, ids: Sequence[str], treated: Any) -> dict[str, tuple[int, int]]:
        """Of each group its customers, and those who are treated."""
        if self._scarce.fair is None:
            return {}
        group = self.of_all(ids)
        return {
            name: (int((group == at).sum()), int((group[treated] == at).sum())) for at, name in enumerate(self._names(ids))
        }  # fmt: skip


def _values(live: Live, wanted: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
    """The values of some attributes by customer, protected ones too: they tell groups apart, and choose nobody."""
    if not wanted:
        return {}
    opened = live.profiles.held.opened
    rows = opened.engine.fetch(customer_attributes(opened.base.tables, wanted).select("customer_id", *wanted))
    return {str(row["customer_id"]): {name: row[name] for name in wanted} for row in rows}
