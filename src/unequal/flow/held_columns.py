"""The held run by columns: what rules and dollars read of many customers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np

from unequal import predicates, treatments
from unequal.flow.holding import Laid

_EPOCH: Final = datetime.fromisoformat("1970-01-01")
_MICROSECOND: Final = timedelta(microseconds=1)


class HeldColumns:
    """Some customers of a run, side by side.

    Args:
        laid: the run.
        places: theirs, ascending.
        rules: that say which column stands where in a row.
        at: the moment; windows end there.
    """

    def __init__(self, laid: Laid, places: Any, rules: treatments.Rules, at: datetime) -> None:
        self._laid, self._places, self._at = laid, places, (at - _EPOCH) // _MICROSECOND
        self._windows = {rules.places[one.name]: one for one in rules.windows}
        self._known: dict[int, tuple[Any, Sequence[object]]] = {}

    @cached_property
    def ids(self) -> list[str]:
        """The customers' ids."""
        return [one.decode() for one in self._laid.ids[self._places].tolist()]

    def coded(self, place: int) -> tuple[Any, Sequence[object]]:
        """Of a place in a row the number of each customer's value, and the values; see `allocation.Coded`."""
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._coded(place)
        return found

    def _coded(self, place: int) -> tuple[Any, Sequence[object]]:
        packed = self._laid.rows.columns
        if place == 0:
            return np.arange(len(self._places)), self.ids
        if place <= len(packed):
            return _distinct(packed[place - 1][self._places], self._laid.rows.values[place - 1])
        window = self._windows.get(place)
        if window is None:
            # Only channels and answers tell it.
            return np.zeros(len(self._places), np.int64), [None]
        counts = self._happened(window)
        return _distinct(counts, (lambda count: count) if window.what == "count" else bool)

    def _happened(self, window: predicates.windows.Window) -> Any:
        """How often an event happened to each within a window."""
        if window.event not in self._laid.happened.names:
            return np.zeros(len(self._places), np.int64)
        code, (rows, owner) = self._laid.happened.names.index(window.event), self._rows
        times, span = self._laid.happened.times[rows], window.span // _MICROSECOND
        is_in = (self._laid.happened.events[rows] == code) & (times > self._at - span) & (times <= self._at)
        return np.bincount(owner[is_in], minlength=len(self._places))

    @cached_property
    def _rows(self) -> tuple[Any, Any]:
        """The rows of what happened to these customers, and whose each is."""
        starts = self._laid.happened.starts
        lengths = starts[self._places + 1] - starts[self._places]
        begins = np.cumsum(lengths) - lengths
        rows = np.repeat(starts[self._places] - begins, lengths) + np.arange(int(lengths.sum()))
        return rows, np.repeat(np.arange(len(self._places)), lengths)

    def met_any(self, events: set[str]) -> Any:
        """Of each customer whether any of some events ever happened to him."""
        codes = [code for code, name in enumerate(self._laid.happened.names) if name in events]
        rows, owner = self._rows
        found = np.zeros(len(self._places), bool)
        found[owner[np.isin(self._laid.happened.events[rows], codes)]] = True
        return found


def _distinct(packed: Any, value: Callable[[Any], object]) -> tuple[Any, Sequence[object]]:
    distinct, codes = np.unique(packed, return_inverse=True)
    return codes, [value(one) for one in distinct.tolist()]
