"""How alike texts are, as kernels over texts as Arrow lays them: one behind the other in UTF-8, with where each ends."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags
from unequal.identity.matching.compiled import kernel

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]
Likeness = npt.NDArray[np.float32]
Places = npt.NDArray[np.uint64]
Texts = tuple[Bytes, Codes, Codes]

_ONE: Final = np.uint64(1)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def _letters(data: Bytes, begin: Any, end: Any, into: Codes) -> int:
    """The letters of a text as numbers, and how many."""
    count, at = 0, begin
    while at < end:
        byte = np.int32(data[at])
        following = 0 if byte < 0x80 else 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
        letter = byte if following == 0 else byte & (0x3F >> following)
        for more in range(1, following + 1):
            letter = (letter << 6) | (np.int32(data[at + more]) & 0x3F)
        into[count] = letter
        count += 1
        at += following + 1
    return count


@kernel
def _before_last(letters: Codes, count: int, mark: int) -> int:
    """How many letters stand before the last mark; all where there is none."""
    for at in range(count - 1, -1, -1):
        if letters[at] == mark:
            return at
    return count


@kernel
def _same_part(one: Codes, begin: int, end: int, other: Codes, from_: int, to: int) -> bool:
    if end - begin != to - from_:
        return False
    same = True
    for place in range(end - begin):
        same &= one[begin + place] == other[from_ + place]
    return same


@kernel
def _few_slips(one: Codes, many: int, other: Codes, others: int, at_most: int, rows: Codes) -> bool:
    """Whether so few letters are put in, left out, changed or swapped with their neighbour: d(many, others) <= at_most.

    d(i, j) = min(d(i-1, j) + 1, d(i, j-1) + 1, d(i-1, j-1) + (one[i] != other[j]), d(i-2, j-2) + 1 where the last two changed places).
    Source: Damerau 1964; no part is changed twice.
    """
    begin = 0
    while begin < min(many, others) and one[begin] == other[begin]:
        begin += 1
    while min(many, others) > begin and one[many - 1] == other[others - 1]:
        many, others = many - 1, others - 1
    many, others = many - begin, others - begin
    if abs(many - others) > at_most:
        return False
    for j in range(at_most + 2):
        rows[0, j] = j
    least = 0
    for i in range(1, many + 1):
        here, above, before, least_above = i % 3, (i - 1) % 3, (i - 2) % 3, least
        first, last = max(1, i - at_most), min(others, i + at_most)
        rows[here, first - 1] = least = i if first == 1 else at_most + 1
        for j in range(first, last + 1):
            left, right = one[begin + i - 1], other[begin + j - 1]
            found = min(rows[above, j] + 1, rows[here, j - 1] + 1, rows[above, j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[begin + j - 2] and one[begin + i - 2] == right:
                found = min(found, rows[before, j - 2] + 1)
            rows[here, j] = found
            least = min(least, found)
        rows[here, last + 1] = at_most + 1
        if min(least, least_above) > at_most:
            return False
    return bool(rows[many % 3, others] <= at_most)


@kernel
def _common(one: Codes, many: int, other: Codes, others: int, places: Places, taken: Codes) -> tuple[int, int]:
    """How many letters two texts have in common, no further apart than half the longer one; and how many of them are in another order.

    Each letter of the other takes the first one of the same that is in reach and not taken.
    """
    reach, common, moved, gone = max(max(many, others) // 2 - 1, 0), 0, 0, np.uint64(0)
    for i in range(many):
        places[one[i] & 127] |= _ONE << np.uint64(i)
    for j in range(others):
        found = places[other[j] & 127] & ~gone
        low, high = max(j - reach, 0), min(j + reach, many - 1)
        found = found & (_ALL << np.uint64(low)) & (_ALL >> np.uint64(63 - high)) if low <= high else np.uint64(0)
        if found:
            gone |= found & (~found + _ONE)
            taken[common] = other[j]
            common += 1
    for i in range(many):
        places[one[i] & 127] = np.uint64(0)
    at = 0
    for i in range(many):
        if gone & (_ONE << np.uint64(i)):
            moved += one[i] != taken[at]
            at += 1
    return common, moved


@kernel
def _common_of_any(one: Codes, many: int, other: Codes, others: int, rows: Codes) -> tuple[int, int]:
    """The same of texts of any letters, and of any length."""
    reach, common, moved, at = max(max(many, others) // 2 - 1, 0), 0, 0, 0
    rows[0, :many] = 0
    for j in range(others):
        for i in range(max(j - reach, 0), min(j + reach + 1, many)):
            if not rows[0, i] and one[i] == other[j]:
                rows[0, i] = 1
                rows[1, common] = other[j]
                common += 1
                break
    for i in range(many):
        if rows[0, i]:
            moved += one[i] != rows[1, at]
            at += 1
    return common, moved


@kernel
def _jaro_winkler(one: Codes, many: int, other: Codes, others: int, places: Places, rows: Codes) -> float:
    """J + p (1 - J) / 10 where J > .7, p letters being the same at the start, four at most; J else.

    J = (c / many + c / others + (c - t) / c) / 3, c letters being common and 2 t of them in another order. Source: Jaro 1989, Winkler 1990.
    """
    if not many or not others:
        return 1.0 if many == others else 0.0
    plain = many <= 64
    for i in range(many):
        plain &= one[i] < 128
    for j in range(others):
        plain &= other[j] < 128
    common, moved = _common(one, many, other, others, places, rows[0]) if plain else _common_of_any(one, many, other, others, rows)
    if not common:
        return 0.0
    found = (common / many + common / others + (common - moved // 2) / common) / 3.0
    start = 0
    while start < min(4, many, others) and one[start] == other[start]:
        start += 1
    return float(found + start * 0.1 * (1.0 - found) if found > 0.7 else found)


@kernel
def _room(offsets: Codes, which: Codes) -> int:
    """The bytes of the longest of some texts."""
    found = 0
    for text in which:
        found = max(found, offsets[text + 1] - offsets[text])
    return found


@kernel
def likened(one: Texts, other: Texts, start: int, end: int, mark: int, at_most: int, alike_too: bool) -> tuple[Flags, Likeness]:
    """Whether few slips lie between two texts, and how alike what stands before their last mark is; no and 0 unless they begin or end alike.

    Args:
        one, other: texts that are held against each other: the bytes of many, where each of them begins, and which are meant.
        start, end: so many letters at the start, or before the last mark, are the same.
        mark: a letter, as a number; -1 for none.
        at_most: so many slips at the most; -1 not to ask.
        alike_too: whether to ask how alike they are.
    """
    data, offsets, which = one
    others_data, others_offsets, whom = other
    slips, alike = np.zeros(len(which), dtype=np.bool_), np.zeros(len(which), dtype=np.float32)
    room = max(_room(offsets, which), _room(others_offsets, whom)) + 4
    left, right = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    rows, places = np.empty((3, room), dtype=np.int32), np.zeros(128, dtype=np.uint64)
    for pair in range(len(which)):
        many = _letters(data, offsets[which[pair]], offsets[which[pair] + 1], left)
        others = _letters(others_data, others_offsets[whom[pair]], others_offsets[whom[pair] + 1], right)
        of_one, of_other = (many, others) if mark < 0 else (_before_last(left, many, mark), _before_last(right, others, mark))
        begins = _same_part(left, 0, min(start, many), right, 0, min(start, others))
        if begins or _same_part(left, max(of_one - end, 0), of_one, right, max(of_other - end, 0), of_other):
            slips[pair] = at_most >= 0 and _few_slips(left, many, right, others, at_most, rows)
            if alike_too:
                alike[pair] = _jaro_winkler(left, of_one, right, of_other, places, rows)
    return slips, alike


@kernel
def share_one(groups: Any, one: Codes, others_groups: Any, other: Codes) -> Flags:
    """Whether a row has a number in common with another row; -1 is none."""
    found = np.zeros(len(one), dtype=np.bool_)
    for pair in range(len(one)):
        for left in groups[one[pair]]:
            for right in others_groups[other[pair]]:
                found[pair] |= left == right and left != -1
    return found
