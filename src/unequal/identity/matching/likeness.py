"""How alike values are, for many pairs of codes at once: what comparisons are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity import nicknames
from unequal.identity.arrays import Flags, Ints
from unequal.identity.matching.coding import UNKNOWN, Coded, Codes, OfTexts, hashed
from unequal.identity.matching.similarity import Levels


def first_of(conditions: list[tuple[npt.NDArray[np.bool_], int]], otherwise: int) -> Levels:
    """The level of the first condition that holds."""
    return np.select([condition for condition, _ in conditions], [np.int8(level) for _, level in conditions], np.int8(otherwise)).astype(
        np.int8
    )


def compute(name: str, *given: Any, **options: Any) -> Any:
    """One of Arrow's functions."""
    # Arrow's published types refuse more than Arrow does.
    return getattr(pc, name)(*given, **options)


def text_lengths(texts: Any) -> Any:
    """How many letters each text has."""
    return compute("utf8_length", texts)


def start_of(letters: int) -> OfTexts:
    """The first letters of texts."""
    return lambda texts: compute("utf8_slice_codeunits", texts, 0, letters)


def first_word(texts: Any) -> Any:
    """What stands before the first blank."""
    return compute("replace_substring_regex", texts, pattern=" .*$", replacement="")


def local_part(texts: Any) -> Any:
    """What stands before the last @ of e-mail addresses."""
    return _first_part(compute("split_pattern", texts, "@", max_splits=1, reverse=True))


def mail_host(texts: Any) -> Any:
    """What stands behind it."""
    return compute("replace_substring_regex", texts, pattern="^.*@", replacement="")


def last_digits(texts: Any) -> Any:
    """The last seven digits of phone numbers, extensions left out."""
    return compute("utf8_slice_codeunits", _first_part(compute("split_pattern", texts, ";", max_splits=1)), -7)


def _first_part(parts: Any) -> Any:
    """The first of each row of parts; null where there are none."""
    return compute("list_element", parts, 0) if parts.null_count else parts.values.take(parts.offsets[:-1])


CLOSE: Final = 0.92
SIMILAR: Final = 0.80
LONG_ENOUGH: Final = 4
WORDS: Final = 4


def lengths_of(coded: Coded) -> npt.NDArray[Any]:
    """How long each distinct value is."""
    return coded.numbers("length", lambda _: np.asarray(text_lengths(coded.whole)))


def words_of(coded: Coded) -> npt.NDArray[Any]:
    """The first words of each value as numbers that are equal where the words are, a row a value; -1 where there are fewer."""

    def made(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        found = np.full((len(values), WORDS), UNKNOWN, dtype=np.int64)
        words = compute("split_pattern", coded.whole, " ")
        flat, sizes = words.flatten(), np.asarray(compute("list_value_length", words), dtype=np.int64)
        row = np.repeat(np.arange(len(values)), sizes)
        place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        wanted = (np.asarray(text_lengths(flat)) > 1) & (place < WORDS)
        found[row[wanted], place[wanted]] = hashed(flat).view(np.int64)[wanted]
        return found

    return coded.numbers("words", made)


_NAMES: Final = pa.array(sorted(nicknames.NAMES), pa.string())
_ROOTS: Final = pa.array([nicknames.root(name) for name in _NAMES.to_pylist()], pa.string())
_GROUPS: Final = np.array(
    [(*nicknames.groups(name), *[UNKNOWN] * nicknames.GROUPS_AT_MOST)[: nicknames.GROUPS_AT_MOST] for name in [*_NAMES.to_pylist(), ""]],
    dtype=np.int64,
)


def root_of_first(texts: Any) -> Any:
    """The name that the first word of each given name stands for, see nicknames.root; null where that is one letter."""
    word = first_word(texts)
    root = compute("coalesce", _ROOTS.take(compute("index_in", word, value_set=_NAMES)), word)
    return compute("if_else", compute("greater", text_lengths(word), 1), root, None)


def start_without_blanks(letters: int) -> OfTexts:
    """The first letters of texts, blanks left out; null for shorter texts."""

    def of(texts: Any) -> Any:
        start = compute("utf8_slice_codeunits", compute("replace_substring", texts, pattern=" ", replacement=""), 0, letters)
        return compute("if_else", compute("greater_equal", text_lengths(texts), letters), start, None)

    return of


def nickname_groups(coded: Coded) -> npt.NDArray[Any]:
    """Groups of nicknames that the first word of each value belongs to, a row a value; -1 where there are fewer."""

    def made(_: npt.NDArray[Any]) -> npt.NDArray[Any]:
        known = compute("index_in", coded.texts("first word", first_word), value_set=_NAMES)
        groups: npt.NDArray[Any] = _GROUPS[np.asarray(known.fill_null(UNKNOWN), dtype=np.int64)]
        return groups

    return coded.numbers("nickname groups", made)


def is_known_name(coded: Coded) -> npt.NDArray[Any]:
    """Which distinct values begin with a known given name."""
    groups: npt.NDArray[Any] = nickname_groups(coded)[:, 0] != UNKNOWN
    return groups


def share_one(groups: npt.NDArray[Any], one: Codes, other: Codes, of_other: npt.NDArray[Any] | None = None) -> Flags:
    """Whether two rows of groups, or one of them and one of others, have one in common."""
    from unequal.identity.matching import likeness_kernels as kernels

    return kernels.share_one(groups, one, groups if of_other is None else of_other, other)


def initials_agree(coded: Coded, one: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    """Whether one is an initial, and the other begins with it."""
    initial, lone = coded.facet("initial", start_of(1)), coded.facet("first word", first_word)
    single = coded.numbers("single letter", lambda _: np.asarray(text_lengths(coded.texts("first word", first_word))) == 1)
    found: Flags = (initial[one] == initial[other]) & (single[one] | single[other]) & (lone[one] != lone[other])
    return found


def likened(
    one: Coded, left: Codes, other: Coded, right: Codes, *, start: int = 1, end: int = 3, before_last: str = "", at_most: int = -1,
    alike_too: bool = True,
) -> tuple[Flags, npt.NDArray[np.float32]]:  # fmt: skip
    """Whether few slips of the hand lie between two texts, and their Jaro-Winkler similarity; no, and 0, unless they begin or end alike.

    A slip of the hand leaves one of the two ends as it was, and only then is likeness worked out.

    Args:
        one, left: values, and which of them.
        other, right: the values that each is held against.
        start, end: so many letters at the start, or at the end, are the same.
        before_last: the end, and the similarity, are of what stands before the last of these letters.
        at_most: so many slips; none are looked for by default.
        alike_too: whether the similarity is wanted.
    """
    from unequal.identity.matching import likeness_kernels as kernels

    mark = ord(before_last) if before_last else -1
    return kernels.likened((*_laid(one), left), (*_laid(other), right), start, end, mark, at_most, alike_too)


def _laid(coded: Coded) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The distinct values as Arrow lays them: their bytes, and where each begins and the last ends."""
    texts = coded.whole
    _, offsets, data = texts.buffers()
    return np.frombuffer(data or b"", dtype=np.uint8), np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]


def likeness_of(coded: Coded, one: Codes, other: Codes) -> npt.NDArray[np.float32]:
    """Jaro-Winkler similarity of texts that begin or end alike; 0 for others."""
    return likened(coded, one, coded, other)[1]


def slips_between(coded: Coded, one: Codes, other: Codes, *, at_most: int, start: int = 1, end: int = 3) -> Flags:
    """Whether so few slips of the hand lie between two texts that begin or end alike."""
    return likened(coded, one, coded, other, start=start, end=end, at_most=at_most, alike_too=False)[0]


def known_names(coded: Coded, one: Codes, other: Codes) -> tuple[Flags, Flags]:
    """Whether both are known given names, and whether they may be one person's."""
    groups, known = nickname_groups(coded), is_known_name(coded)
    both: Flags = known[one] & known[other]
    return both, both & share_one(groups, one, other)


def given_levels(coded: Coded) -> Callable[[Codes, Codes], Levels]:
    """Levels of given names that are not the same."""

    def level(one: Codes, other: Codes) -> Levels:
        first, words, length = coded.facet("first word", first_word), words_of(coded), lengths_of(coded)
        slip, alike = likened(coded, one, coded, other, at_most=1)
        slip, shared = slip & (np.minimum(length[one], length[other]) >= LONG_ENOUGH), share_one(words, one, other)
        known, by_nickname = known_names(coded, one, other)
        return first_of(
            [
                ((first[one] == first[other]) | by_nickname, 2),
                # Mary and Mark are two letters apart and two persons: a slip seldom makes another name of a name.
                (known & ~shared, 7),
                (slip | (alike >= CLOSE) | shared, 3),
                (initials_agree(coded, one, other), 4),
                (alike >= SIMILAR, 5),
            ],
            6,
        )

    return level


def family_levels(coded: Coded) -> Callable[[Codes, Codes], Levels]:
    """Levels of family names that are not the same."""

    def level(one: Codes, other: Codes) -> Levels:
        words, length = words_of(coded), lengths_of(coded)
        slip, alike = likened(coded, one, coded, other, at_most=1)
        slip = slip & (np.minimum(length[one], length[other]) >= LONG_ENOUGH)
        return first_of([(slip | (alike >= CLOSE), 2), (share_one(words, one, other), 3), (alike >= SIMILAR, 4)], 5)

    return level


def crossed(given: Coded, family: Coded, a: Ints, b: Ints) -> Levels:
    """One record's given name held against the other's family name: 1 the same, 2 close, 0 neither or not known."""
    one, other = given.codes[a], family.codes[b]
    known = (one != UNKNOWN) & (other != UNKNOWN)
    found = np.zeros(len(a), dtype=np.int8)
    at = np.flatnonzero(known)
    if not len(at):
        return found
    same = given.hashes[one[at]] == family.hashes[other[at]]
    found[at[same]] = 1
    rest = at[~same]
    alike = likened(given, one[rest], family, other[rest], start=0)[1] >= CLOSE
    first = given.hashed_facet("first word", first_word)[one[rest]] == family.hashed_facet("first word", first_word)[other[rest]]
    by_nickname = share_one(nickname_groups(given), one[rest], other[rest], nickname_groups(family))
    found[rest] = np.where(alike | first | by_nickname, np.int8(2), np.int8(0))
    return found


def district_of(postcode: str) -> str:
    """The part of a postcode that names a district: what stands before the blank, or all but its last two signs.

    >>> district_of("tq13 8df"), district_of("89132")
    ('tq13', '891')
    """
    before, blank, _ = postcode.partition(" ")
    return before if blank else postcode[: max(3, len(postcode) - 2)]
