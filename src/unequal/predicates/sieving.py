"""Many predicates asked of one row at once, by a look into the row for each column instead of a function for each predicate.

A predicate's plain conditions (see `fused`) are laid out by column: a value, or the place of a value among all bounds, gives a whole number
with a bit for each predicate whose conditions on that column hold. The bits that all columns leave are the predicates that may hold; what no
plain condition says, the predicate itself must be asked.

Source: the counting and bitmap indexes of publish/subscribe systems, as in Fabret et al., Filtering Algorithms and Implementation for Very
Fast Publish/Subscribe Systems, SIGMOD 2001.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unequal.predicates import fused, tree

_Form = fused.Form | fused.Besides
_Words = tuple[int, Mapping[Any, int], int]
"""Place of a column, bits by value (None where there is none), and the bits of any other value."""
_Bounds = tuple[int, Sequence[Any], Sequence[int], int]
"""Place of a column, bounds in order, the bits between them, and the bits where there is no value."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Rules laid out by column. Made by `sieve`.

    Args:
        every: a bit for each rule.
        settled: the bits of those that have nothing but plain conditions: what the sieve says of them is the whole of it.
        words, bounds: what stands at a column.
    """

    every: int
    settled: int
    words: tuple[_Words, ...]
    bounds: tuple[_Bounds, ...]

    def passing(self, row: Sequence[Any]) -> int:
        """The bits of the rules that may be true of a row: every one that is, and of those settled no other."""
        left = self.every
        for at, by_value, others in self.words:
            left &= by_value.get(row[at], others)
        for at, bounds, between, unknown in self.bounds:
            value = row[at]
            left &= unknown if value is None else between[bisect_right(bounds, value)]
        return left

    def passing_each(self, rows: int, coded: Callable[[int], tuple[Any, Sequence[Any]]]) -> Any:
        """The same of many rows at once, by looking once at each distinct value of a column.

        Args:
            rows: how many.
            coded: of a place, the number of each row's value (an array of whole numbers), and the values that the numbers stand for.

        Returns:
            rows × words, unsigned 64-bit: the bits of `passing`, the lowest first.
        """
        import numpy as np

        words = max(1, (self.every.bit_length() + 63) // 64)
        left = np.repeat(_luts([self.every], words), rows, axis=0)
        for at, by_value, others in self.words:
            codes, values = coded(at)
            left &= _luts([by_value.get(value, others) for value in values], words)[codes]
        for at, bounds, between, unknown in self.bounds:
            codes, values = coded(at)
            reached = np.array([len(between) if value is None else bisect_right(bounds, value) for value in values], np.int64)
            left &= _luts([*between, unknown], words)[reached[codes]]
        return left


def _luts(bits: Sequence[int], words: int) -> Any:
    import numpy as np

    return np.frombuffer(b"".join(one.to_bytes(words * 8, "little") for one in bits), "<u8").reshape(len(bits), words)


def sieve(rules: Sequence[Sequence[tree.Predicate]], columns: Mapping[str, int]) -> Sieve:
    """Lay rules out.

    Args:
        rules: each of predicates that must all be true; one of none is true of every row.
        columns: where each column stands in a row, as for `compile_single`.
    """
    settled = 0
    forms: list[list[_Form]] = []
    for number, several in enumerate(rules):
        parts = [part for one in several for part in _parts(one.root)]
        found = [fused.plain(part, columns) or fused.besides(part, columns) for part in parts]
        forms.append([form for one in found for form in one])
        settled |= all(found) << number
    return Sieve((1 << len(rules)) - 1, settled, tuple(_words(forms)), tuple(_bounds(forms)))


def _parts(node: tree.Node) -> tuple[tree.Node, ...]:
    return tuple(part for one in node.parts for part in _parts(one)) if isinstance(node, tree.And) else (node,)


def _words(forms: Sequence[Sequence[_Form]]) -> Iterator[_Words]:
    every = (1 << len(forms)) - 1
    asked: dict[int, list[tuple[int, fused.Among | fused.Besides]]] = {}
    for number, several in enumerate(forms):
        for form in several:
            if not isinstance(form, fused.Reaches):
                asked.setdefault(form.at, []).append((number, form))
    for at, of_place in sorted(asked.items()):
        # Where there is no value nothing that is said of the column is true.
        unknown, others = every, every
        for number, form in of_place:
            unknown &= ~(1 << number)
            others &= every if isinstance(form, fused.Besides) else ~(1 << number)
        by_value: dict[Any, int] = dict.fromkeys((value for _, form in of_place for value in form.values), every)
        for number, form in of_place:
            for value in by_value:
                if (value in form.values) is isinstance(form, fused.Besides):
                    by_value[value] &= ~(1 << number)
        yield at, {**by_value, None: unknown}, others


def _bounds(forms: Sequence[Sequence[_Form]]) -> Iterator[_Bounds]:
    every = (1 << len(forms)) - 1
    asked: dict[int, list[tuple[int, fused.Reaches]]] = {}
    for number, several in enumerate(forms):
        for form in several:
            if isinstance(form, fused.Reaches):
                asked.setdefault(form.at, []).append((number, form))
    for at, several_of_place in sorted(asked.items()):
        bounds = sorted({form.bound for _, form in several_of_place})
        between = [every] * (len(bounds) + 1)
        free = every
        for number, form in several_of_place:
            free &= ~(1 << number)
            reached = bounds.index(form.bound)
            # Beyond its bound a value has that bound, and all before it, at or below it.
            for place in range(len(between)):
                if (place > reached) is not form.holds:
                    between[place] &= ~(1 << number)
        yield at, bounds, between, free
