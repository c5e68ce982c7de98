"""The ids of many new customers at once: MD5 worked out on arrays, for one text after the other takes Python ten times as long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Ints
from unequal.identity.matching.side_by_side import side_by_side
from unequal.terms.ids import SEPARATOR, founding_customer_id

_Words = npt.NDArray[np.uint32]

_BLOCK: Final = 64
_ONE_BLOCK: Final = 55
"""Texts of so many bytes fill one block of MD5 with the mark of their end and their length."""
_TURNS: Final = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
_PACES: Final = ((1, 0), (5, 1), (3, 5), (7, 0))
_MIXED: Final[tuple[Callable[[Any, Any, Any], Any], ...]] = (
    lambda b, c, d: d ^ (b & (c ^ d)), lambda b, c, d: c ^ (d & (b ^ c)), lambda b, c, d: b ^ c ^ d, lambda b, c, d: c ^ (b | ~d),
)  # fmt: skip
_SINES: Final = np.floor(np.abs(np.sin(np.arange(1, 65))) * 2.0**32).astype(np.uint32)
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_AT_ONCE: Final = 8_192
_DIGITS: Final = np.frombuffer(b"".join(f"{byte:02x}".encode() for byte in range(256)), dtype="S2")
_BYTES_OF_ID: Final = 6


def founding_ids(source: Any, record_id: Any) -> Any:
    """The customer ids that records found, see terms.ids.founding_customer_id.

    Args:
        source, record_id: Arrow arrays of texts, none absent.

    Returns:
        An Arrow array of texts of the same length.
    """
    parts = [slice(start, start + _AT_ONCE * 16) for start in range(0, len(source), _AT_ONCE * 16)]
    made = side_by_side(lambda part: _ids(source[part], record_id[part]), parts)
    return pa.concat_arrays([pa.array([], pa.string()), *made])


def _ids(source: Any, record_id: Any) -> Any:
    joined: Any = pc.binary_join_element_wise
    texts = joined(source, record_id, SEPARATOR)
    begins, lengths, data = _bytes_of(texts)
    found = np.empty((len(lengths), _BYTES_OF_ID), dtype=np.uint8)
    for start in range(0, len(lengths), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = _digests(begins[part], lengths[part], data)
    ids = np.full((len(lengths), 2 + 2 * _BYTES_OF_ID), ord("_"), dtype=np.uint8)
    ids[:, 0] = ord("c")
    ids[:, 2:] = _DIGITS[found].view(np.uint8).reshape(len(lengths), -1)
    for at in np.flatnonzero(lengths > _ONE_BLOCK).tolist():
        longer = founding_customer_id(source[at].as_py(), record_id[at].as_py())
        ids[at] = np.frombuffer(longer.encode(), dtype=np.uint8)
    offsets = np.arange(len(lengths) + 1, dtype=np.int32) * ids.shape[1]
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(ids))


def _bytes_of(texts: Any) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    """Where each text begins, how many bytes it has, and the bytes of all."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return ends[:-1], np.diff(ends), np.frombuffer(data or b"", dtype=np.uint8)


def _digests(begins: Ints, lengths: Ints, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The first bytes of the MD5 of texts of one block; those of longer ones mean nothing."""
    short = np.minimum(lengths, _ONE_BLOCK)
    place = np.arange(_BLOCK)
    inside = place < short[:, None]
    block = np.zeros((len(lengths), _BLOCK), dtype=np.uint8)
    block[inside] = data[(begins[:, None] + place)[inside]]
    block[np.arange(len(lengths)), short] = 0x80
    block[:, 56:58] = (short * 8).astype("<u2")[:, None].view(np.uint8)
    words = np.ascontiguousarray(block.view("<u4").T)
    return _md5(words).astype("<u4").view(np.uint8).reshape(len(lengths), -1)[:, :_BYTES_OF_ID]


def _md5(words: _Words) -> _Words:
    """The first two words of the MD5 of blocks, a column a block. Source: RFC 1321."""
    a, b, c, d = (np.full(words.shape[1], start, dtype=np.uint32) for start in _START)
    for step in range(64):
        quarter, at = step // 16, (_PACES[step // 16][0] * step + _PACES[step // 16][1]) % 16
        mix = _MIXED[quarter](b, c, d) + a + _SINES[step] + words[at]
        turn = _TURNS[quarter][step % 4]
        a, d, c, b = d, c, b, b + ((mix << np.uint32(turn)) | (mix >> np.uint32(32 - turn)))
    return np.stack([a + np.uint32(_START[0]), b + np.uint32(_START[1])], axis=1)
