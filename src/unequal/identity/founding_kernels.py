"""The ids of many new customers, as a loop over the bytes of their names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.matching.compiled import kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

_BLOCK: Final = 64
_32_BITS: Final = np.uint64(0xFFFFFFFF)
_TURNS: Final = np.array([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21], dtype=np.uint64)
_SINES: Final = np.floor(np.abs(np.sin(np.arange(1, 65))) * 2.0**32).astype(np.uint64)
_START: Final = (np.uint64(0x67452301), np.uint64(0xEFCDAB89), np.uint64(0x98BADCFE), np.uint64(0x10325476))
_DIGITS: Final = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


@kernel
def _words(data: Bytes, begin: Any, length: int, block: int, into: Words) -> None:
    """One block of a text: its bytes, 0x80 behind them, and in the last eight of the last block how many bits it has."""
    for word in range(16):
        into[word] = 0
    for place in range(_BLOCK):
        at = block * _BLOCK + place
        byte = np.uint64(data[begin + at] if at < length else 0x80 if at == length else 0)
        into[place // 4] |= byte << np.uint64(place % 4 * 8)
    if length + 9 <= (block + 1) * _BLOCK:
        into[14] |= np.uint64(length * 8) & _32_BITS
        into[15] |= np.uint64(length * 8) >> np.uint64(32)


@kernel
def _turned(sum_: Any, turn: Any) -> Any:
    """The lower 32 bits, turned to the left."""
    low = sum_ & _32_BITS
    return (low << turn) | (low >> (np.uint64(32) - turn))


@kernel
def _md5(data: Bytes, begin: Any, length: int, words: Words) -> tuple[Any, Any]:
    """The first two words of the MD5 of a text. Source: RFC 1321."""
    a_, b_, c_, d_ = _START
    for block in range((length + 8) // _BLOCK + 1):
        _words(data, begin, length, block, words)
        a, b, c, d = a_, b_, c_, d_
        for step in range(16):
            mixed = d ^ (b & (c ^ d))
            a, d, c, b = d, c, b, (b + _turned(mixed + a + _SINES[step] + words[step], _TURNS[step % 4])) & _32_BITS
        for step in range(16, 32):
            mixed = c ^ (d & (b ^ c))
            a, d, c, b = d, c, b, (b + _turned(mixed + a + _SINES[step] + words[(5 * step + 1) & 15], _TURNS[4 + step % 4])) & _32_BITS
        for step in range(32, 48):
            mixed = b ^ c ^ d
            a, d, c, b = d, c, b, (b + _turned(mixed + a + _SINES[step] + words[(3 * step + 5) & 15], _TURNS[8 + step % 4])) & _32_BITS
        for step in range(48, 64):
            mixed = c ^ (b | (d ^ _32_BITS))
            a, d, c, b = d, c, b, (b + _turned(mixed + a + _SINES[step] + words[(7 * step) & 15], _TURNS[12 + step % 4])) & _32_BITS
        a_, b_, c_, d_ = (a_ + a) & _32_BITS, (b_ + b) & _32_BITS, (c_ + c) & _32_BITS, (d_ + d) & _32_BITS
    return a_, b_


@kernel
def ids(data: Bytes, offsets: Offsets) -> Bytes:
    """`c_` and the first twelve digits of the MD5 of each text, a row a text.

    Args:
        data: all texts.
        offsets: where each begins, and the last ends.
    """
    found = np.empty((len(offsets) - 1, 14), dtype=np.uint8)
    words = np.zeros(16, dtype=np.uint64)
    for text in range(len(found)):
        words_of_id = _md5(data, offsets[text], offsets[text + 1] - offsets[text], words)
        found[text, 0], found[text, 1] = 99, 95
        # Bytes of a word stand lowest first, the digits of a byte highest first.
        for place in range(12):
            word = words_of_id[place // 8]
            found[text, 2 + place] = _DIGITS[(word >> np.uint64((place ^ 1) % 8 * 4)) & np.uint64(15)]
    return found
