"""Records that came at different times: each arrival is a layer, and nothing of the layers before is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from unequal.identity.arrays import Flags, Ints
from unequal.identity.matching.coding import Coded, Codes, Hashes, Records
from unequal.identity.matching.index import KeyIndex


class Layers:
    """Records of all arrivals, numbered as they came."""

    def __init__(self) -> None:
        self._layers: list[tuple[int, Records]] = []
        self.count = 0

    def add(self, records: Records) -> Ints:
        """Put records behind those that are there; their numbers."""
        numbers = np.arange(self.count, self.count + records.count, dtype=np.int64)
        if records.count:
            self._layers.append((self.count, records))
            self.count += records.count
        return numbers

    def of(self, rows: Ints) -> Records:
        """Some records as a set of their own, in the order given; every distinct value is coded anew."""
        names = dict.fromkeys(name for _, records in self._layers for name in records.features)
        found: dict[str, Coded] = {}
        others: dict[str, tuple[Ints, Codes]] = {}
        places = [(start, records, self._inside(rows, start, records)) for start, records in self._layers]
        for name in names:
            texts: Any = np.full(len(rows), None, dtype=object)
            more_texts: list[Any] = []
            more_rows: list[Ints] = []
            for start, records, at in places:
                if name in records.features and len(at):
                    texts[at] = _values(records.features[name], records.features[name].codes[rows[at] - start])
                    place, code = _further(records, name, rows[at] - start)
                    more_rows.append(at[place])
                    more_texts.extend(_values(records.features[name], code))
            coded, codes = Coded.with_further(pa.array(texts, pa.string()), pa.array(more_texts, pa.string()))
            if len(coded.hashes):
                found[name] = coded
                if more_texts:
                    others[name] = (np.concatenate(more_rows), codes)
        return Records(len(rows), found, others)

    def whole(self) -> Records:
        """The records of the first arrival, as they are."""
        return self._layers[0][1] if self._layers else Records(0, {})

    @staticmethod
    def _inside(rows: Ints, start: int, records: Records) -> Ints:
        return np.flatnonzero((rows >= start) & (rows < start + records.count))


def _values(coded: Coded, codes: Codes) -> Any:
    return np.append(coded.values, np.array([None], dtype=object))[codes]


def _further(records: Records, name: str, rows: Ints) -> tuple[Ints, Codes]:
    """Further values of some rows: the place among the rows, and the code."""
    if name not in records.others:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    record, code = records.others[name]
    order = np.argsort(rows, kind="stable")
    at = np.minimum(np.searchsorted(rows[order], record), len(rows) - 1)
    inside = rows[order][at] == record
    return order[at[inside]], code[inside]


class LayeredIndex:
    """A key's hashes over all arrivals."""

    def __init__(self) -> None:
        self._layers: list[KeyIndex] = []

    def add(self, hashes: Hashes, records: Ints) -> None:
        """Add an arrival's; small layers are put together, so that there are never many."""
        self._layers.append(KeyIndex.of(hashes, records))
        while len(self._layers) > 1 and len(self._layers[-1].hashes) * 2 >= len(self._layers[-2].hashes):
            last, before = self._layers.pop(), self._layers.pop()
            self._layers.append(KeyIndex.of(np.concatenate([before.hashes, last.hashes]), np.concatenate([before.records, last.records])))

    def holders(self, hashes: Hashes, alive: Flags) -> tuple[Ints, Ints]:
        """The living records that have each of these hashes: the place of the hash, and the record."""
        parts = [layer.holders(hashes) for layer in self._layers]
        place = np.concatenate([np.zeros(0, dtype=np.int64), *(place for place, _ in parts)])
        record = np.concatenate([np.zeros(0, dtype=np.int64), *(record for _, record in parts)])
        kept = alive[record]
        return place[kept], record[kept]

    def sizes(self, hashes: Hashes, alive: Flags) -> Ints:
        """How many living records have each of these hashes."""
        place, _ = self.holders(hashes, alive)
        return np.bincount(place, minlength=len(hashes)).astype(np.int64)


def rows_by_name(sources: Sequence[str], record_ids: Sequence[str], rows: Ints) -> Ints:
    """Some rows in the order of their names: source, then record id, each in the order of its bytes."""
    named = sorted((sources[row].encode(), record_ids[row].encode(), row) for row in rows.tolist())
    return np.array([row for _, _, row in named], dtype=np.int64)
