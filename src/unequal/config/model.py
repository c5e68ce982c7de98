"""What all sections of the config share: frozen, strict, no unknown keys, and the words they are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

NAME: Final = r"^[a-z][a-z0-9_]*$"
CURRENCY: Final = r"^[A-Z]{3}$"
REGION: Final = r"^[A-Z]{2}$"
MONEY: Final = r"^\d{1,14}(\.\d{1,4})?$"
MINUTES: Final = r"^\d{1,9}(\.\d{1,4})?$"
RATE: Final = r"^\d{1,10}(\.\d{1,10})?$"
MEMORY: Final = r"^\d+(MB|GB)$"

WORDS_OF_PATTERN: Final = {
    NAME: "lower-case letters, digits and underscores, beginning with a letter",
    CURRENCY: "three capital letters, as in EUR",
    REGION: "two capital letters, as in DE",
    MONEY: 'an amount in quotes with at most 14 digits before the point and 4 after it, as in "12.50"',
    RATE: 'a rate in quotes with at most 10 digits before the point and 10 after it, as in "1.0845"',
    MINUTES: 'minutes in quotes with at most 9 digits before the point and 4 after it, as in "2.5"',
    MEMORY: "a number of MB or GB, as in 1500MB",
}
"""How a message says what a pattern asks for."""


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("not a whole number")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(zone: str) -> str:
    if zone not in _time_zones():
        raise ValueError("not an IANA time zone, as in Europe/Berlin or UTC")
    return zone


def _decimal_text(text: str) -> str:
    try:
        finite = Decimal(text).is_finite()
    except ArithmeticError:
        finite = False
    if not finite:
        raise ValueError('not a number in quotes, as in "-1234.50"')
    return text


def shape_of(value: Any) -> str | None:
    """Which of the ways of writing a key was chosen: text, list or mapping; None for anything else."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "list"
    return "mapping" if isinstance(value, Mapping | BaseModel) else None


Name = Annotated[str, Field(pattern=NAME, max_length=63)]
"""A name that the project gives: lower case, digits and underscores."""

PredicateText = Annotated[str, Field(min_length=1, max_length=4096)]
"""A boolean SQL expression over columns; parsed and type-checked when the project is checked."""

ColumnName = Annotated[str, Field(min_length=1, max_length=255)]
"""A column of the source, written as its header has it."""

Columns = Annotated[
    Annotated[ColumnName, Tag("text")] | Annotated[tuple[ColumnName, ...], Field(min_length=1), Tag("list")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a column, or a list of columns"),
]
"""A column, or several that stand together."""

CurrencyCode = Annotated[str, Field(pattern=CURRENCY)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


def read_day(given: Any) -> date:
    """A day written as YYYY-MM-DD; ValueError where it is not."""
    # Pydantic takes a bare number for seconds since 1970: `20240101` would be a day in August of that year.
    if isinstance(given, date):
        return given
    if not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given)):
        raise ValueError("not a date written as YYYY-MM-DD")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError("not a day that exists") from None


WholeNumber = Annotated[int, BeforeValidator(_no_flag)]
DecimalText = Annotated[str, Field(max_length=40), AfterValidator(_decimal_text)]


class Section(BaseModel):
    """A section of the config: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: Any) -> Any:
        # A heading whose keys are all commented out is how YAML writers leave a default alone.
        if isinstance(given, dict):
            return {key: value for key, value in given.items() if value is not None or key not in cls.model_fields}
        return given
