"""What goes wrong when people write things down, for whole columns at once.

Columns are numpy arrays of fixed-width text; an empty text is a missing value until `frame`
makes the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

LETTERS = np.frombuffer("aaeeiioorrnnttllssdchmubpgkfyw".encode("utf-32-le"), np.uint32)
DIGITS = np.frombuffer("0123456789".encode("utf-32-le"), np.uint32)


def befalls(chance: np.random.Generator, rows: int, share: float) -> np.ndarray:
    """For each row whether something that befalls such a share of rows befalls it."""
    return chance.random(rows) < share


def slipped(words: np.ndarray, where: np.ndarray, chance: np.random.Generator, alphabet: np.ndarray = LETTERS) -> np.ndarray:
    """Words with one slip of the keyboard each where asked: a letter lost, two swapped, one wrong, one too many.

    >>> slipped(np.array(["smith", "jones"]), np.array([False, True]), np.random.default_rng(2))[0].item()
    'smith'
    """
    rows = np.flatnonzero(where & (words != ""))
    if not len(rows):
        return words
    chosen = words[rows]
    width = max(chosen.dtype.itemsize // 4, 1)
    points = np.zeros((len(rows), width + 2), np.uint32)
    points[:, :width] = chosen.view(np.uint32).reshape(len(rows), width)
    spot = (chance.random(len(rows)) * np.strings.str_len(chosen)).astype(np.int64)[:, None]
    kind = chance.integers(0, 4, len(rows))[:, None]
    place = np.broadcast_to(np.arange(width + 2), points.shape)
    lost, more = place + (place >= spot), place - (place > spot)
    swapped = np.where(place == spot, place + 1, np.where(place == spot + 1, place - 1, place))
    moved = np.take_along_axis(points, np.minimum(np.choose(kind, [lost, swapped, place, more]), width + 1), axis=1)
    typed = chance.choice(alphabet, (len(rows), 1))
    written = np.where((place == spot) & (kind >= 2), typed, moved)
    # A swap at the end of a word leaves a hole before its last letter; a hole ends no word.
    written = np.where((kind == 1) & (spot + 1 >= np.strings.str_len(chosen)[:, None]), points, written)
    slips = np.ascontiguousarray(written).view(f"U{width + 2}").reshape(-1)
    out = words.astype(f"U{width + 1}")
    out[rows] = slips
    return out


def missing(words: np.ndarray, chance: np.random.Generator, share: float) -> np.ndarray:
    """Words of which a share is left out."""
    return np.where(befalls(chance, len(words), share), "", words)


def instead(words: np.ndarray, where: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Words with others in their place where asked and where there is another."""
    return np.where(where & (others != ""), others, words)


def joined(*parts: np.ndarray | str) -> np.ndarray:
    """Texts one after the other, row by row.

    >>> joined(np.array(["a", "b"]), "@", np.array(["c", "d"])).tolist()
    ['a@c', 'b@d']
    """
    whole = np.asarray(parts[0])
    for part in parts[1:]:
        whole = np.strings.add(whole, np.asarray(part))
    return whole


def spaced(*parts: np.ndarray) -> np.ndarray:
    """Texts with a blank between those that are there.

    >>> spaced(np.array(["sir", ""]), np.array(["ivor", "ann"]), np.array(["", "lee"])).tolist()
    ['sir ivor', 'ann lee']
    """
    whole = parts[0]
    for part in parts[1:]:
        between = np.where((whole != "") & (part != ""), " ", "")
        whole = joined(whole, between, part)
    return whole


def zipf(count: int, *, flat: float, power: float) -> np.ndarray:
    """Shares of ranked words, the first most frequent; they sum to 1."""
    weights = 1.0 / (np.arange(count) + flat) ** power
    return weights / weights.sum()


def drawn(chance: np.random.Generator, shares: np.ndarray, rows: int) -> np.ndarray:
    """Ranks drawn by their shares; faster than `choice` for long lists."""
    return np.minimum(np.searchsorted(np.cumsum(shares), chance.random(rows)), len(shares) - 1)


def days(numbers: np.ndarray) -> np.ndarray:
    """Days since 1970 as YYYY-MM-DD."""
    return np.datetime_as_string(numbers.astype("datetime64[D]"))


def composed(count: int, chance: np.random.Generator, *, parts: Sequence[Sequence[str]]) -> np.ndarray:
    """Distinct words put together from syllables, in an order of chance."""
    words = np.array(list(parts[0]))
    for more in parts[1:]:
        words = np.strings.add(words[:, None], np.array(list(more))[None, :]).reshape(-1)
    words = np.unique(words)
    assert len(words) >= count, f"{len(words)} words can be made, {count} are asked"
    return chance.permutation(words)[:count]


def frame(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """A table of texts; None where nothing was written."""
    made = {}
    for name, values in columns.items():
        cells = values.astype(object)
        cells[values == ""] = None
        made[name] = cells
    return pd.DataFrame(made)
