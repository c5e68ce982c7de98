"""The Python half of normalising: values that SQL could not settle, each distinct one once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyarrow as pa

from unequal.identity import days, emails, names, phones, texts
from unequal.identity.arrays import strings
from unequal.identity.attributes import Meaning, Normalising
from unequal.terms import placeholder_words
from unequal.terms.placeholder_words import PUNCTUATION, placeholder_code

PARSED_VALUE: Final = {"attribute": "string", "value_given": "string", "parsed_value": "string", "parsed_flag": "string"}
"""Types of the table that `parsed_values` makes: what each value left over comes to."""


def parsed_values(left_over: Iterable[pa.RecordBatch], normalising: Normalising) -> Iterator[pa.RecordBatch]:
    """What values that SQL left come to.

    Args:
        left_over: distinct attribute and value_given.
        normalising: see Normalising.

    Yields:
        PARSED_VALUE, a batch for each batch.
    """
    for batch in left_over:
        given: list[tuple[str, str]] = [(row["attribute"], row["value_given"]) for row in batch.to_pylist()]
        parsed = [(*pair, *parsed_value(normalising.meaning(pair[0]), pair[1], normalising)) for pair in given]
        columns = zip(*parsed, strict=True) if parsed else [()] * len(PARSED_VALUE)
        yield pa.record_batch([strings(column) for column in columns], names=list(PARSED_VALUE))


def parsed_value(meaning: Meaning, given: str, normalising: Normalising) -> tuple[str | None, str | None]:
    r"""One value normalised, and its flag: the rules that attributes.attributes_of has in SQL.

    >>> parsed_value("email", "Ann@Example.com\u200b", Normalising())
    ('ann@example.com', 'zero_width')
    >>> parsed_value("code", "999999", Normalising())
    (None, 'placeholder')
    """
    shown = texts.composed(given)
    normalise: dict[Meaning, Callable[[str], str | None]] = {
        "email": emails.email, "phone": lambda text: phones.phone(text, normalising.region), "tax_id": texts.tax_id, "code": texts.code,
        "day": lambda text: days.day(text, day_first=normalising.day_first), "name": names.name, "whole_name": names.whole_name, "text": texts.folded,
    }  # fmt: skip
    found = normalise[meaning](shown) or None
    if _is_placeholder(meaning, shown, found, normalising):
        return None, "placeholder"
    if found is None:
        return None, "not_valid"
    return found, "zero_width" if texts.has_zero_width(given) else None


def _is_placeholder(meaning: Meaning, shown: str, found: str | None, normalising: Normalising) -> bool:
    if meaning == "text":
        return False
    if meaning == "code":
        return placeholder_code(shown, normalising.words)
    lower = shown.lower()
    if lower in normalising.words:
        return True
    if meaning == "phone":
        digits = re.sub("[^0-9]", "", shown)
        return found in normalising.own_placeholders_as_phones or re.search(placeholder_words.PHONE, digits) is not None
    if meaning == "tax_id":
        return re.search(placeholder_words.TAX_ID, re.sub(PUNCTUATION, "", shown)) is not None
    if meaning == "day":
        return re.search(days.NO_DAY, found or lower) is not None
    return meaning == "email" and re.search(placeholder_words.EMAIL, lower) is not None
