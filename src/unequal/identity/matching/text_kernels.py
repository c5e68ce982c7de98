"""Kernels over texts as Arrow lays them: one behind the other as bytes, with where each ends."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags
from unequal.identity.matching.compiled import kernel

Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
Offsets = npt.NDArray[np.int32]

_SEED: Final = np.uint64(0x9E3779B97F4A7C15)
_ONE: Final = np.uint64(0xBF58476D1CE4E5B9)
_OTHER: Final = np.uint64(0x94D049BB133111EB)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_30, _27, _31, _8 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(8)


@kernel
def _stirred(bits: Any) -> Any:
    """Each bit spread over all of them. Source: Stafford 2011, mix 13, as splitmix64 has it."""
    bits = (bits ^ (bits >> _30)) * _ONE
    bits = (bits ^ (bits >> _27)) * _OTHER
    return bits ^ (bits >> _31)


@kernel
def _hash_of(data: Bytes, eights: Hashes, begin: Any, end: Any) -> Any:
    """A text as h = stirred(length + seed), then h = stirred(h ^ the next eight bytes, lowest first) to its end; 0 for no text, else not 0."""
    found = _stirred(np.uint64(end - begin) + _SEED)
    for at in range(begin, end, 8):
        if at < len(eights):
            # What belongs to the next text is cut off.
            eight = eights[at] & (_ALL >> np.uint64(max(8 - (end - at), 0) * 8))
        else:
            eight = np.uint64(0)
            for place in range(end - 1, at - 1, -1):
                eight = (eight << _8) | np.uint64(data[place])
        found = _stirred(found ^ eight)
    if begin == end:
        return np.uint64(0)
    return found if found != np.uint64(0) else np.uint64(1)


@kernel
def hashes_of(data: Bytes, eights: Hashes, offsets: Offsets, known: Flags) -> Hashes:
    """The hash of each text; 0 where it is not known.

    Args:
        data: all texts.
        eights: the eight bytes from each place on that has so many.
        offsets: where each text begins, and the last ends.
        known: which are; empty where all are.
    """
    found = np.zeros(len(offsets) - 1, dtype=np.uint64)
    for at in range(len(found)):
        if not len(known) or known[at]:
            found[at] = _hash_of(data, eights, offsets[at], offsets[at + 1])
    return found


@kernel
def _same(data: Bytes, offsets: Offsets, one: Any, other: Any) -> bool:
    length = offsets[one + 1] - offsets[one]
    if offsets[other + 1] - offsets[other] != length:
        return False
    for place in range(length):  # noqa: SIM110
        if data[offsets[one] + place] != data[offsets[other] + place]:
            return False
    return True


@kernel
def codes_of(data: Bytes, offsets: Offsets, known: Flags, first: Offsets) -> tuple[Offsets, Offsets, bool]:
    """Texts as codes, in the order in which each is first met: code(i) = code(j) exactly where text(i) = text(j); -1 where not known.

    Args:
        data, offsets, known: see hashes_of.
        first: for each text the first that has the same hash; -1 for no text.

    Returns:
        The codes; for each code the first place that has it; and whether all that is one by its hash is one text.
    """
    codes, firsts = np.full(len(first), -1, dtype=np.int32), np.empty(len(first), dtype=np.int32)
    count, empty, exact = 0, -1, True
    for at in range(len(first)):
        if len(known) and not known[at]:
            continue
        if first[at] < 0:
            empty = at if empty < 0 else empty
        of = first[at] if first[at] >= 0 else empty
        if of == at:
            codes[at], firsts[count] = count, at
            count += 1
        else:
            codes[at] = codes[of]
            exact &= _same(data, offsets, of, at)
    return codes, firsts[:count].copy(), exact


@kernel
def counted(codes: npt.NDArray[np.int32], values: int) -> npt.NDArray[np.int64]:
    """How often each code stands among the codes; those that are not known are left out."""
    found = np.zeros(values, dtype=np.int64)
    for at in range(len(codes)):
        if codes[at] >= 0:
            found[codes[at]] += 1
    return found
