"""How the numbers of a column are written: decimal and thousands marks, currency sign, negatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa

from unequal.sources.column_values import Arrow, ColumnValues, pc
from unequal.sources.known_values import CURRENCIES

Mark = Literal[".", ","]

_SIGN: Final = rf"(US\$|R\$|\p{{Sc}}|kr\.?|Fr\.?|zł|{'|'.join(sorted(CURRENCIES))})"
_SIGNS: Final = (f"^[-(]? ?(?P<sign>{_SIGN[1:-1]}) ?-?[0-9.]", f"[0-9] ?(?P<sign>{_SIGN[1:-1]})\\)?-?$")
_CORE: Final = r"\d+|\d{1,3}(?:[.,' \x{00a0}\x{202f}’]\d{3})+|(?:\d+|\d{1,3}(?:[.,' \x{00a0}\x{202f}’]\d{3})+)?[.,]\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+"


@dataclass(frozen=True)
class NumberEvidence:
    """How a column's numbers are written.

    Args:
        share: of the filled rows, those that are numbers.
        decimal: the decimal mark where the values show it; None where they do not.
        thousands: the mark between groups of digits; "" where none is seen.
        currency_sign: the sign that stands with the numbers, or None.
        negative: which ways of writing a negative number occur.
        whole: all are whole numbers.
        places: the most digits after the mark.
        dots, commas: rows that show a decimal point, and a decimal comma.
        lowest, highest: of the values, as floats: for judging, never for adding money.
    """

    share: float
    decimal: Mark | None
    thousands: str
    currency_sign: str | None
    negative: tuple[str, ...]
    whole: bool
    places: int
    dots: int
    commas: int
    lowest: float | None
    highest: float | None

    @property
    def is_mixed(self) -> bool:
        """Whether some values show a decimal point and others a decimal comma."""
        return self.dots > 0 and self.commas > 0


def number_evidence(column: ColumnValues) -> NumberEvidence | None:
    """How the numbers of a column are written; None where no value is a number."""
    if column.stored in ("boolean", "date", "timestamp") or not column.filled:
        return None
    bare, negative, sign = _bare(column.values)
    is_number = np.asarray(pc.match_substring_regex(bare, f"^(?:{_CORE})$").to_numpy(zero_copy_only=False), dtype=bool)
    if not is_number.any():
        return None
    numbers, counts = bare.filter(pa.array(is_number)), column.counts[is_number]
    dots = _rows(numbers, counts, r"[.](?:\d{1,2}|\d{4,})(?:[eE].*)?$|^0?[.]\d+$|,\d{3}[.]\d+$")
    commas = _rows(numbers, counts, r",(?:\d{1,2}|\d{4,})$|^0?,\d+$|[.]\d{3},\d+$|[.]\d{3}[.]\d{3}")
    unsure_dots = _rows(numbers, counts, r"^[1-9]\d{0,2}[.]\d{3}$")
    unsure_commas = _rows(numbers, counts, r"^[1-9]\d{0,2}(?:,\d{3})+$")
    decimal = _mark(column.stored, dots, commas, unsure_dots, unsure_commas)
    thousands = _thousands(numbers, decimal, unsure_dots, unsure_commas)
    amounts = as_floats(numbers, decimal or ".", thousands) * np.where(negative[is_number], -1.0, 1.0)
    places = _places(numbers, decimal or ".")
    return NumberEvidence(
        share=column.weight(is_number), decimal=decimal, thousands=thousands, currency_sign=sign,
        negative=_negatives(column), whole=bool(np.all(amounts == np.round(amounts))) and (places == 0 or column.stored != "text"),
        places=places, dots=dots, commas=commas,
        lowest=float(amounts.min()), highest=float(amounts.max()),
    )  # fmt: skip


def floats_of(column: Arrow, evidence: NumberEvidence) -> np.ndarray:
    """A text column as floats, NaN where a value is no number: for finding out how columns hang together."""
    bare, negative, _sign = _bare(column)
    is_number = np.asarray(
        pc.fill_null(pc.match_substring_regex(bare, f"^(?:{_CORE})$"), fill_value=False).to_numpy(zero_copy_only=False), dtype=bool
    )
    result = np.full(len(column), np.nan)
    numbers = bare.filter(pa.array(is_number))
    result[is_number] = as_floats(numbers, evidence.decimal or ".", evidence.thousands) * np.where(negative[is_number], -1.0, 1.0)
    return result


def as_floats(numbers: Arrow, decimal: str, thousands: str) -> np.ndarray:
    """Texts that are numbers, as floats."""
    if isinstance(numbers, pa.ChunkedArray):
        numbers = numbers.combine_chunks()
    for mark in {thousands, "'", " ", "\u00a0", "\u202f", "’"} - {"", decimal}:
        numbers = pc.replace_substring(numbers, mark, "")
    if decimal == ",":
        numbers = pc.replace_substring(numbers, ",", ".")
    # Two marks of which one is unknown to the column's way of writing are no number of it.
    whole = pc.match_substring_regex(numbers, r"^\d*\.?\d*(?:[eE][+-]?\d+)?$")
    numbers = pc.if_else(whole, numbers, pa.scalar(None, pa.string()))
    return np.asarray(pc.fill_null(pc.cast(numbers, pa.float64()), float("nan")).to_numpy(zero_copy_only=False), dtype=float)


def _bare(values: Arrow) -> tuple[Arrow, np.ndarray, str | None]:
    """Values without sign and currency, which of them are negative, and the currency sign seen."""
    text = pc.utf8_trim_whitespace(pc.replace_substring(values, "−", "-"))
    negative = pc.match_substring_regex(text, r"^(?:\(.*\)|[^0-9]*-[^0-9]*[0-9.,].*|.*[0-9] ?-)$")
    sign = next((found for pattern in _SIGNS if (found := _most(text, pattern))), None)
    bare = pc.replace_substring_regex(text, r"^\((.*)\)$", r"\1")
    bare = pc.replace_substring_regex(bare, f"^-? ?{_SIGN} ?", "")
    bare = pc.replace_substring_regex(bare, f" ?{_SIGN}(-?)$", r"\2")
    bare = pc.replace_substring_regex(bare, r"^[+-] ?| ?-$", "")
    mask = np.asarray(pc.fill_null(negative, fill_value=False).to_numpy(zero_copy_only=False), dtype=bool)
    return pc.utf8_trim_whitespace(bare), mask, sign


def _most(text: Arrow, pattern: str) -> str | None:
    """The most frequent currency sign that a pattern finds."""
    found = pc.drop_null(pc.struct_field(pc.extract_regex(text, pattern), "sign"))
    if not len(found):
        return None
    counted = pc.value_counts(found).to_pylist()
    return str(max(counted, key=lambda each: (each["counts"], each["values"]))["values"])


def _rows(numbers: Arrow, counts: np.ndarray, pattern: str) -> int:
    return int(counts[np.asarray(pc.match_substring_regex(numbers, pattern).to_numpy(zero_copy_only=False), dtype=bool)].sum())


def _mark(stored: str, dots: int, commas: int, unsure_dots: int, unsure_commas: int) -> Mark | None:
    if stored != "text":
        return "."
    if dots or commas:
        return "." if dots >= commas else ","
    if unsure_dots and unsure_commas:
        return None
    return None


def _thousands(numbers: Arrow, decimal: Mark | None, unsure_dots: int, unsure_commas: int) -> str:
    for mark in (" ", "'", "\u00a0"):
        if pc.any(pc.match_substring_regex(numbers, rf"\d{mark}\d{{3}}")).as_py():
            return " " if mark == "\u00a0" else mark
    if decimal == "." and pc.any(pc.match_substring_regex(numbers, r"^\d{1,3}(?:,\d{3})+")).as_py():
        return ","
    if decimal == "," and pc.any(pc.match_substring_regex(numbers, r"^\d{1,3}(?:[.]\d{3})+")).as_py():
        return "."
    if decimal is None and unsure_commas and not unsure_dots:
        return ","
    if decimal is None and unsure_dots and not unsure_commas:
        return "."
    return ""


def _places(numbers: Arrow, decimal: str) -> int:
    after = pc.struct_field(pc.extract_regex(numbers, rf"[{decimal}](?P<places>\d+)(?:[eE].*)?$"), "places")
    longest = pc.max(pc.utf8_length(after)).as_py()
    return int(longest or 0)


def _negatives(column: ColumnValues) -> tuple[str, ...]:
    ways = (("minus", r"[^0-9]*[-−][^0-9]*[0-9.,].*"), ("parentheses", r"\(.*[0-9].*\)"), ("trailing_minus", r".*[0-9] ?[-−]"))
    return tuple(name for name, pattern in ways if column.matches(pattern).any())
