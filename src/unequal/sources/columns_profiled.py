"""The profile of one column from its distinct values: number functions, no engine."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np

from unequal.sources.assessment import ColumnProfile, Format, Frequent
from unequal.sources.column_values import ColumnValues
from unequal.sources.meanings import EMAIL, PHONE, Inference, Meaning, infer
from unequal.sources.sentinels import sentinels_of
from unequal.sources.written_dates import DateEvidence, date_evidence, iso_of
from unequal.sources.written_numbers import NumberEvidence, number_evidence

ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_SHAPE: Final = str.maketrans(
    {
        **{chr(code): "A" for code in range(65, 91)},
        **{chr(code): "a" for code in range(97, 123)},
        **{chr(code): "9" for code in range(48, 58)},
    }
)
_FORMATTED: Final = frozenset(
    {Meaning.ID, Meaning.PHONE, Meaning.POSTCODE, Meaning.TAX_ID, Meaning.TIME, Meaning.BIRTH_DATE, Meaning.MONEY, Meaning.QUANTITY, Meaning.NUMBER,
     Meaning.CATEGORY, Meaning.CURRENCY, Meaning.BOOLEAN, Meaning.HOUSE_NUMBER}
)  # fmt: skip
_MOST_FREQUENT: Final = 5
_DOUBTED_AMONG: Final = 2_000
_PATTERN_OF: Final = {Meaning.EMAIL: EMAIL, Meaning.PHONE: PHONE}


def profile_column(column: ColumnValues, inference: Inference | None = None) -> ColumnProfile:
    """All that a column's distinct values tell.

    Args:
        column: the distinct values of the rows looked at.
        inference: what it means; inferred where absent.
    """
    found = inference or infer(column)
    iso = _iso(column, found.dates)
    lowest, highest = _range(column, found, iso)
    lengths = [len(value) for value, _rows in column.looked_at]
    return ColumnProfile(
        name=column.name, type=column.stored, filled=column.filled, empty=column.rows - column.filled,
        distinct=column.distinct, distinct_is_exact=True, inference=found, valid=found.valid,
        invalid_examples=_invalid(column, found, iso),
        frequent=tuple(Frequent(value, rows, rows / column.filled) for value, rows in column.looked_at[:_MOST_FREQUENT]),
        formats=formats_of(column) if found.meaning in _FORMATTED else (),
        sentinels=sentinels_of(column.looked_at[:_DOUBTED_AMONG], meaning=found.meaning, filled=column.filled, distinct=column.distinct, iso=iso),
        lowest=lowest, highest=highest, shortest=min(lengths, default=None), longest=max(lengths, default=None),
        leading_zeros=int(column.counts[column.matches(r"0\d+")].sum()) if column.stored == "text" and found.dates is None else 0,
        not_nfc=sum(rows for value, rows in column.looked_at if not unicodedata.is_normalized("NFC", value)),
        zero_width=int(column.counts[column.matches(f".*[{ZERO_WIDTH}].*")].sum()) if column.stored == "text" else 0,
    )  # fmt: skip


def under_contract(column: ColumnValues, profile: ColumnProfile, *, type_name: str, date_format: str | None) -> ColumnProfile:
    """A profile whose validity is told by the config's contract instead of the inferred meaning."""
    if column.stored != "text" or type_name == "text" or not column.filled:
        return profile
    if type_name in ("date", "timestamp"):
        evidence = date_evidence(column.pairs())
        same = evidence is not None and (date_format is None or evidence.format == date_format or evidence.is_decided is False)
        return replace(profile, valid=evidence.share if evidence is not None and same else 0.0)
    if type_name in ("integer", "decimal", "money"):
        numbers = number_evidence(column)
        return replace(profile, valid=numbers.share if numbers is not None else 0.0)
    return profile


def formats_of(column: ColumnValues, most: int = 6) -> tuple[Format, ...]:
    """Ways of writing with their shares of the values looked at; runs of more than 12 are told by their length."""
    shapes: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for value, rows in column.looked_at:
        shape = re.sub(r"(.)\1{12,}", lambda run: f"{run[1]}{{{len(run[0])}}}", value[:80].translate(_SHAPE))
        shapes[shape] += rows
        examples.setdefault(shape, value)
    total = sum(shapes.values())
    return tuple(
        Format(shape, rows / total, examples[shape]) for shape, rows in sorted(shapes.items(), key=lambda each: (-each[1], each[0]))[:most]
    )


def _iso(column: ColumnValues, dates: DateEvidence | None) -> dict[str, str]:
    """The dates among the values looked at, as YYYY-MM-DD."""
    if dates is None:
        return {}
    pairs = ((value, iso_of(value, dates)) for value, _rows in column.looked_at)
    return {value: iso for value, iso in pairs if iso is not None}


def _range(column: ColumnValues, found: Inference, iso: dict[str, str]) -> tuple[str | None, str | None]:
    if iso:
        return min(iso.values()), max(iso.values())
    if found.numbers is not None and found.numbers.lowest is not None and (found.meaning != Meaning.ID or column.stored != "text"):
        return _plain(found.numbers.lowest), _plain(found.numbers.highest)
    texts = [value for value, _rows in column.looked_at]
    return (min(texts), max(texts)) if texts else (None, None)


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:.10f}".rstrip("0").rstrip(".")


def _invalid(column: ColumnValues, found: Inference, iso: dict[str, str]) -> tuple[str, ...]:
    """Up to three values that do not parse as the meaning."""
    if found.valid >= 1:
        return ()
    if found.dates is not None:
        return tuple([value for value, _rows in column.looked_at if value not in iso][:3])
    pattern = _PATTERN_OF.get(found.meaning)
    if pattern is not None:
        wrong = np.flatnonzero(~column.matches(pattern))[:3]
        return tuple(column.values[int(place)].as_py() for place in wrong)
    if found.numbers is not None:
        return tuple([value for value, _rows in column.looked_at if not _is_number(value, found.numbers)][:3])
    return ()


def _is_number(value: str, numbers: NumberEvidence) -> bool:
    kept = re.sub(r"[^0-9A-Za-z]", "", value.removeprefix(numbers.currency_sign or "").removesuffix(numbers.currency_sign or ""))
    return kept.isdigit()
