"""What a column means, inferred from its name and its values; no model beyond the rules written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from unequal.sources import known_values, vocabulary
from unequal.sources.column_values import ColumnValues
from unequal.sources.written_dates import DateEvidence, date_evidence
from unequal.sources.written_numbers import NumberEvidence, number_evidence


class Meaning(StrEnum):
    """What the values of a column are."""

    FULL_NAME = "full_name"
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    FAMILY_NAME = "family_name"
    TITLE = "title"
    SUFFIX = "suffix"
    GENDER = "gender"
    ORGANISATION_NAME = "organisation_name"
    EMAIL = "email"
    PHONE = "phone"
    TAX_ID = "tax_id"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    UNIT = "unit"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"
    ID = "id"
    MONEY = "money"
    QUANTITY = "quantity"
    NUMBER = "number"
    CURRENCY = "currency"
    CATEGORY = "category"
    TIME = "time"
    BOOLEAN = "boolean"
    TEXT = "text"
    EMPTY = "empty"


PERSONAL: Final = frozenset(
    {
        Meaning.FULL_NAME, Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.TITLE, Meaning.SUFFIX, Meaning.GENDER, Meaning.ORGANISATION_NAME, Meaning.EMAIL,
        Meaning.PHONE, Meaning.TAX_ID, Meaning.BIRTH_DATE, Meaning.ADDRESS, Meaning.STREET, Meaning.UNIT, Meaning.CITY, Meaning.REGION, Meaning.POSTCODE,
        Meaning.COUNTRY,
    }
)  # fmt: skip
"""Meanings that are attributes of a person or an organisation, under the same name in the config."""


@dataclass(frozen=True)
class Inference:
    """What a column was found to mean.

    Args:
        meaning: the meaning.
        confidence: from 0 to 1; name and values agree above 0.8, one of them alone says so below.
        because: the evidence in words.
        valid: the share of filled rows that parse as the meaning.
        dates: how dates are written, where the column holds them.
        numbers: how numbers are written, where it holds them.
    """

    meaning: Meaning
    confidence: float
    because: str
    valid: float
    dates: DateEvidence | None = None
    numbers: NumberEvidence | None = None


EMAIL: Final = r"(?i)\s*[\p{L}0-9._%+'\-]+@[\p{L}0-9\-]+(?:\.[\p{L}0-9\-]+)*\.[\p{L}]{2,}\s*"
PHONE: Final = r"[+(]{0,2}\d[\d ()./\-–]{5,20}\d(?: ?(?:x|ext\.?) ?\d{1,6})?"
_LETTERS: Final = r"[\p{L}\p{M}][\p{L}\p{M} .,'’`\-]*"
_NAME: Final = r"[\p{L}\p{M}.'’`´\-][\p{L}\p{M} .,'’`´()\-]{0,80}"
_POSTCODE: Final = r"(?i)(?:[A-Z]{1,2}-)?[A-Z0-9]{2,5}(?:[ \-]?[A-Z0-9]{2,4})?(?:\.0)?"
_ID: Final = r"\S{1,64}(?: \S{1,20}){0,2}"
POINT_ZERO: Final = r"\d+\.0"
"""An id that a spreadsheet made a number."""
_TAX_ID: Final = r"(?i)[A-Z]{0,3} ?[A-Z0-9][A-Z0-9 ./\-]{4,18}"
_STREET: Final = r".*(?:\d|\p{L}{3,}).*"

Fit = Callable[[ColumnValues], float]


def _pattern(pattern: str) -> Fit:
    return lambda column: column.share(pattern)


_FITS: Final[Mapping[Meaning, Fit]] = {
    Meaning.EMAIL: _pattern(EMAIL),
    Meaning.PHONE: _pattern(PHONE),
    Meaning.GIVEN_NAME: _pattern(_NAME),
    Meaning.MIDDLE_NAME: _pattern(_NAME),
    Meaning.FAMILY_NAME: _pattern(_NAME),
    Meaning.FULL_NAME: _pattern(r"[\p{L}\p{M}.'’`´\-][^@]{0,120}"),
    Meaning.ORGANISATION_NAME: _pattern(r".*\p{L}.{0,160}"),
    Meaning.TITLE: _pattern(r"[\p{L}. ]{1,20}"),
    Meaning.SUFFIX: _pattern(r"[\p{L}. ]{1,10}"),
    Meaning.GENDER: lambda column: column.among(known_values.GENDERS),
    Meaning.TAX_ID: _pattern(_TAX_ID),
    Meaning.ADDRESS: _pattern(_STREET),
    Meaning.STREET: _pattern(_STREET),
    Meaning.UNIT: _pattern(r".{1,80}"),
    Meaning.HOUSE_NUMBER: _pattern(r".{0,12}\d.{0,12}"),
    Meaning.CITY: _pattern(r"[\p{L}\p{M}][^@0-9]{1,60}"),
    Meaning.REGION: _pattern(r"[\p{L}\p{M}][^@0-9]{1,60}"),
    Meaning.POSTCODE: lambda column: min(column.share(_POSTCODE), column.share(r".*\d.*")),
    Meaning.COUNTRY: _pattern(_LETTERS),
    Meaning.CURRENCY: lambda column: column.among(frozenset(code.lower() for code in known_values.CURRENCIES)),
    Meaning.ID: _pattern(_ID),
}
"""The share of filled rows that can be what the name says."""

_MOSTLY: Final = 0.5
_NEARLY_ALL: Final = 0.9
_FEW: Final = 50
_SMALL: Final = 1000
_CODE: Final = 3


def infer(column: ColumnValues) -> Inference:
    """What a column means.

    Evidence of values that cannot be mistaken (e-mails, dates) goes before the name; a name whose
    values do not bear it out is not believed (`zip_code` that holds "Urban").
    """
    if not column.filled:
        return Inference(Meaning.EMPTY, 1.0, "no row has a value", 0.0)
    names = _meanings_of_name(vocabulary.words_of(column.name))
    if column.stored == "boolean":
        return Inference(Meaning.BOOLEAN, 1.0, "stored as yes or no", 1.0)
    dates = _dates(column, names)
    if dates is not None:
        return _as_date(column, names, dates)
    if (share := column.share(EMAIL)) >= _MOSTLY:
        return Inference(Meaning.EMAIL, 0.95, f"{share:.1%} of values are e-mail addresses", share)
    numbers = number_evidence(column)
    numeric = numbers is not None and numbers.share >= _NEARLY_ALL
    for meaning in names:
        if found := _believed(column, meaning, numbers, numeric=numeric):
            return found
    return _from_values(column, numbers, numeric=numeric)


def _meanings_of_name(words: tuple[str, ...]) -> list[Meaning | str]:
    """What a name may mean, best first: more words, then nearer to the name's end."""
    fits = {meaning: vocabulary.fit(words, known) for meaning, known in vocabulary.NAMES.items()}
    found = sorted((meaning for meaning, fit in fits.items() if fit[0]), key=lambda meaning: fits[meaning][:2], reverse=True)
    if len(words) > 1 and words[0] in ("number", "num", "count"):
        found = ["quantity", *found]
    if len(words) == 1 and words[0] in vocabulary.DOCUMENTS:
        found = ["id", *found]
    return [Meaning(meaning) if meaning in set(Meaning) else meaning for meaning in found]


def _dates(column: ColumnValues, names: list[Meaning | str]) -> DateEvidence | None:
    if column.stored in ("date", "timestamp"):
        kind = "date" if column.stored == "date" else "timestamp"
        return DateEvidence("ISO", "timestamp" if kind == "timestamp" else "date", 1.0, example=str(column.values[0]))
    if column.stored != "text":
        return None
    # A look at some values spares the parsing of columns that hold no dates.
    glimpse = date_evidence(column.looked_at[:200])
    if glimpse is None or glimpse.share < _MOSTLY:
        return None
    evidence = date_evidence(column.pairs())
    digits_only = evidence is not None and evidence.format == "%Y%m%d"
    named = Meaning.TIME in names or Meaning.BIRTH_DATE in names
    return evidence if evidence and evidence.share >= _MOSTLY and (named or not digits_only) else None


def _as_date(column: ColumnValues, names: list[Meaning | str], dates: DateEvidence) -> Inference:
    born = Meaning.BIRTH_DATE in names
    meaning = Meaning.BIRTH_DATE if born else Meaning.TIME
    stored = "stored as" if column.stored != "text" else f"{dates.share:.1%} of values are"
    return Inference(meaning, 0.95 if born or Meaning.TIME in names else 0.85, f"{stored} {dates.type}s", dates.share, dates=dates)


def _believed(column: ColumnValues, meaning: Meaning | str, numbers: NumberEvidence | None, *, numeric: bool) -> Inference | None:
    """A meaning that the name suggests, where the values bear it out."""
    if meaning in (Meaning.MONEY, Meaning.QUANTITY, "rate"):
        return _believed_number(column, Meaning.NUMBER if meaning == "rate" else Meaning(meaning), numbers) if numeric else None
    if meaning in (Meaning.TIME, Meaning.BIRTH_DATE):
        return None
    if meaning == Meaning.CATEGORY:
        few = column.distinct <= max(_FEW, column.filled // 50) and not _is_boolean(column)
        return Inference(Meaning.CATEGORY, 0.8, f"its name, and {column.distinct:,} distinct values", 1.0) if few else None
    if meaning == Meaning.TEXT:
        return None if numeric or _is_boolean(column) else Inference(Meaning.TEXT, 0.8, "its name", 1.0)
    return _believed_word(column, Meaning(meaning), numbers, numeric=numeric)


def _believed_word(column: ColumnValues, known: Meaning, numbers: NumberEvidence | None, *, numeric: bool) -> Inference | None:
    """A meaning that values bear out by their look: names, addresses, ids."""
    if known == Meaning.ID and not _may_be_id(column, numbers, numeric=numeric):
        return None
    if known == Meaning.ID and vocabulary.words_of(column.name)[-1] == "code" and column.distinct <= _FEW and column.filled > _FEW * 2:
        return Inference(Meaning.CATEGORY, 0.8, f"its name, and {column.distinct:,} distinct values", 1.0)
    if known in (Meaning.FULL_NAME, Meaning.ORGANISATION_NAME):
        return _believed_name(column, known)
    share = _FITS[known](column)
    if share < _MOSTLY:
        return None
    return Inference(known, 0.6 + 0.35 * share, f"its name, and {share:.1%} of values fit", share, numbers=numbers if numeric else None)


def _may_be_id(column: ColumnValues, numbers: NumberEvidence | None, *, numeric: bool) -> bool:
    """Whether a column that is named as an id can be one."""
    if _is_boolean(column):
        return False
    if numeric and numbers is not None and not numbers.whole:
        return column.share(POINT_ZERO) >= _NEARLY_ALL
    return column.share(r".*\d.*") > 0 or column.distinct > _FEW or column.filled < _SMALL


def _believed_name(column: ColumnValues, known: Meaning) -> Inference | None:
    """A name is a person's or an organisation's; what follows "Inc" or "GmbH" decides against the column's name."""
    share = _FITS[known](column)
    if share < _MOSTLY or _is_boolean(column) or (column.distinct <= _FEW and column.filled > _SMALL):
        return None
    firms = column.share(known_values.LEGAL_FORMS)
    meaning = Meaning.ORGANISATION_NAME if known == Meaning.ORGANISATION_NAME or firms >= 0.3 else known  # noqa: PLR2004
    return Inference(meaning, 0.6 + 0.3 * share, f"its name; {firms:.0%} of values name a kind of company", share)


def _believed_number(column: ColumnValues, meaning: Meaning, numbers: NumberEvidence | None) -> Inference | None:
    if numbers is None or _has_leading_zeros(column):
        return None
    counts_things = numbers.whole and (numbers.highest or 0) < _SMALL and not numbers.currency_sign and column.stored in ("integer", "text")
    if meaning == Meaning.MONEY and counts_things and column.stored == "integer" and vocabulary.words_of(column.name)[:1] == ("total",):
        meaning = Meaning.QUANTITY
    is_rate = (
        numbers.highest is not None and numbers.lowest is not None and numbers.lowest >= -1 and numbers.highest <= 1 and not numbers.whole
    )
    if meaning == Meaning.MONEY and is_rate and "discount" in vocabulary.words_of(column.name):
        meaning = Meaning.NUMBER
    return Inference(
        meaning, 0.6 + 0.35 * numbers.share, f"its name, and {numbers.share:.1%} of values are numbers", numbers.share, numbers=numbers
    )


def _from_values(column: ColumnValues, numbers: NumberEvidence | None, *, numeric: bool) -> Inference:
    """What the values alone say, for a column whose name says nothing."""
    if _is_boolean(column):
        return Inference(Meaning.BOOLEAN, 0.8, "two values that stand for yes and no", 1.0, numbers=numbers if numeric else None)
    if numeric and numbers is not None:
        return _number_from_values(column, numbers)
    tests: tuple[tuple[Meaning, float, float, str], ...] = (
        (
            Meaning.CURRENCY,
            column.among(frozenset(code.lower() for code in known_values.CURRENCIES)),
            0.95,
            "values are codes of currencies",
        ),
        (Meaning.PHONE, min(column.share(PHONE), column.share(r".*(?:[ ()/\-]|^\+).*\d.*")), 0.8, "values look like telephone numbers"),
        (
            Meaning.COUNTRY,
            column.among(frozenset(name for name in known_values.REGION_OF_COUNTRY if len(name) > _CODE)),
            0.8,
            "values are countries",
        ),
    )
    for meaning, share, needed, because in tests:
        if share >= needed:
            return Inference(meaning, 0.7, because, share)
    return _named_or_code(column)


def _number_from_values(column: ColumnValues, numbers: NumberEvidence) -> Inference:
    unique = column.distinct >= 0.98 * column.filled
    if numbers.currency_sign:
        return Inference(Meaning.MONEY, 0.85, f"numbers with the sign {numbers.currency_sign}", numbers.share, numbers=numbers)
    if _has_leading_zeros(column) or (numbers.whole and unique and column.filled > 20):  # noqa: PLR2004
        return Inference(Meaning.ID, 0.6, "whole numbers, each but once", column.share(_ID), numbers=numbers)
    if numbers.places == 2 and not numbers.whole:  # noqa: PLR2004
        return Inference(Meaning.MONEY, 0.5, "numbers with two decimals", numbers.share, numbers=numbers)
    return Inference(Meaning.NUMBER, 0.7, "numbers", numbers.share, numbers=numbers)


def _named_or_code(column: ColumnValues) -> Inference:
    """Persons, organisations, codes or free text."""
    first_words = [(value.split()[0].lower(), len(value.split()), rows) for value, rows in column.looked_at if value.split()]
    total = sum(rows for _word, _size, rows in first_words) or 1
    persons = sum(rows for word, _size, rows in first_words if word.strip(".,") in known_values.GIVEN_NAMES) / total
    words = sum(size * rows for _word, size, rows in first_words) / total
    letters = column.share(_NAME)
    if persons >= 0.3 and letters >= _NEARLY_ALL and words < 3.5:  # noqa: PLR2004
        meaning = Meaning.FULL_NAME if words >= 1.7 else Meaning.GIVEN_NAME  # noqa: PLR2004
        return Inference(meaning, 0.6, f"{persons:.0%} of values begin with a common given name", letters)
    few = column.distinct <= max(_FEW, column.filled // 20)
    if few:
        return Inference(Meaning.CATEGORY, 0.7, f"{column.distinct:,} distinct values on {column.filled:,} rows", 1.0)
    if column.share(r"[A-Za-z0-9._/\-]{1,40}") >= _NEARLY_ALL and column.share(r".*\d.*") >= _MOSTLY:
        return Inference(Meaning.ID, 0.5, "codes of letters and digits", column.share(_ID))
    return Inference(Meaning.TEXT, 0.6, "texts of many kinds", 1.0)


def _is_boolean(column: ColumnValues) -> bool:
    if not 1 <= column.distinct <= 2:  # noqa: PLR2004
        return False
    seen = frozenset(value.lower() for value, _rows in column.pairs())
    return any(seen <= pair and (len(seen) == len(pair)) for pair in known_values.TRUE_OR_FALSE)


def _has_leading_zeros(column: ColumnValues) -> bool:
    return column.stored == "text" and column.share(r"0\d+") > 0
