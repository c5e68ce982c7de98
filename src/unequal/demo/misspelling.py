"""How names and values go wrong on their way into a form: by keyboard, ear, scanner and habit."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.demo.columns import Bools, Texts
from unequal.demo.contact_points import plain
from unequal.demo.words import variants

_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k",
    "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x", "0": "9", "1": "2", "2": "13", "3": "24", "4": "35", "5": "46", "6": "57", "7": "68", "8": "79", "9": "80",
}  # fmt: skip
_SCANNER: Final = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("li", "h"), ("l", "1"), ("o", "0"), ("e", "c"), ("S", "5"), ("B", "8"))
_EAR: Final = (("ph", "f"), ("ck", "k"), ("ie", "ei"), ("ei", "ie"), ("ee", "ea"), ("th", "t"), ("y", "ie"), ("ll", "l"), ("tt", "t"),
               ("nn", "n"), ("ss", "s"), ("c", "k"), ("z", "s"), ("ou", "u"), ("n", "nn"), ("s", "ss"))  # fmt: skip
_PLAIN: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"}


def misspelt(chance: np.random.Generator, column: Texts, hit: Bools) -> Texts:
    """The column with one slip in each hit value that has at least three letters."""
    changed = column.copy()
    for row in np.flatnonzero(hit):
        if len(column[row]) > 2:
            changed[row] = _slip(chance, column[row])
    return changed


def _slip(chance: np.random.Generator, word: str) -> str:
    kind, at = chance.random(), int(chance.integers(1, len(word) - 1))
    if kind < 0.30:
        return _neighbour(chance, word, at)
    if kind < 0.48:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.64:
        return word[:at] + word[at + 1 :]
    if kind < 0.74:
        return word[:at] + word[at] + word[at:]
    return _swapped_pair(chance, word, _EAR if kind < 0.90 else _SCANNER)


def _neighbour(chance: np.random.Generator, word: str, at: int) -> str:
    near = _NEIGHBOURS.get(word[at].lower(), "")
    return word[:at] + near[int(chance.integers(0, len(near)))] + word[at + 1 :] if near else word[:at] + word[at + 1 :]


def _swapped_pair(chance: np.random.Generator, word: str, pairs: tuple[tuple[str, str], ...]) -> str:
    fitting = [(old, new) for old, new in pairs if old in word[1:]]
    if not fitting:
        return word[:-2] + word[-1] + word[-2]
    old, new = fitting[int(chance.integers(0, len(fitting)))]
    return word[0] + word[1:].replace(old, new, 1)


def in_another_way(chance: np.random.Generator, column: Texts, hit: Bools, words: str) -> tuple[Texts, Bools]:
    """Hit values that have other ways of writing (a nickname, a transliteration) in one of them; and which had."""
    known = variants(words)
    changed, done = column.copy(), np.zeros(len(column), dtype=bool)
    for row in np.flatnonzero(hit):
        forms = known.get(column[row])
        if forms:
            changed[row], done[row] = forms[int(chance.integers(0, len(forms)))], True
    return changed, done


def without_accents(column: Texts, hit: Bools) -> Texts:
    """Hit values with German letters written out and other accents dropped."""
    changed = column.copy()
    for row in np.flatnonzero(hit):
        word = str(column[row])
        if not word.isascii():
            changed[row] = "".join(letter if letter.isascii() else _PLAIN.get(letter, _bare(plain(letter), letter)) for letter in word)
    return changed


def _bare(plain_letter: str, letter: str) -> str:
    return plain_letter.upper() if letter.isupper() else plain_letter
