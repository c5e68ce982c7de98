"""What an assessment says: per source and column, and between sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from unequal.sources.meanings import Inference, Meaning
from unequal.sources.sentinels import Sentinel


@dataclass(frozen=True)
class Frequent:
    """A value and how often it stands there: the most frequent one counted over all rows, the others over the rows looked at."""

    value: str
    rows: int
    share: float


@dataclass(frozen=True)
class Format:
    """A way of writing (A for a capital, a for a small letter, 9 for a digit) and its share of the values."""

    pattern: str
    share: float
    example: str


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    Args:
        name: its name.
        type: the type it is stored with.
        filled, empty: rows with and without a value, counted over all rows.
        distinct: distinct values; `distinct_is_exact` says whether counted or estimated.
        inference: what it means, and how sure that is.
        valid: share of filled rows that parse as the meaning, or as the contract where there is one.
        invalid_examples: values that do not.
        frequent: the most frequent values.
        formats: ways of writing, most frequent first.
        sentinels: values to be doubted.
        lowest, highest: in the order of the meaning: by number, by date, else by letter.
        shortest, longest: length of values in letters.
        leading_zeros, not_nfc, zero_width: rows of the sample with such values.
    """

    name: str
    type: str
    filled: int
    empty: int
    distinct: int
    distinct_is_exact: bool
    inference: Inference
    valid: float
    invalid_examples: tuple[str, ...]
    frequent: tuple[Frequent, ...]
    formats: tuple[Format, ...]
    sentinels: tuple[Sentinel, ...]
    lowest: str | None
    highest: str | None
    shortest: int | None
    longest: int | None
    leading_zeros: int
    not_nfc: int
    zero_width: int

    @property
    def meaning(self) -> Meaning:
        """What it means."""
        return self.inference.meaning

    @property
    def complete(self) -> float:
        """The share of rows with a value."""
        return self.filled / (self.filled + self.empty) if self.filled + self.empty else 0.0

    @property
    def is_unique(self) -> bool:
        """Whether every filled row has a value of its own; certain only where the count is exact."""
        return self.distinct_is_exact and self.filled > 0 and self.distinct == self.filled


@dataclass(frozen=True)
class SharedIdentifier:
    """How much of one source's identifiers another source has too.

    Args:
        source, columns: whose values are looked for.
        other, other_columns: where they are looked for.
        kind: email, phone, name_and_birth_date, key (declared), id.
        values: distinct normalised values of `source`.
        shared: how many of them `other` has.
        may_be_chance: both are runs of small whole numbers, which meet without meaning the same.
    """

    source: str
    columns: tuple[str, ...]
    other: str
    other_columns: tuple[str, ...]
    kind: str
    values: int
    shared: int
    may_be_chance: bool

    @property
    def share(self) -> float:
        """The share of the source's values that the other source has."""
        return self.shared / self.values if self.values else 0.0


@dataclass(frozen=True)
class SourceProfile:
    """One source.

    Args:
        name: the source.
        rows: all rows.
        sampled: rows that formats, meanings and validity were read from; all of them where equal to `rows`.
        columns: its columns, in order.
        mapping: a suggested section for the config, as YAML that loads.
    """

    name: str
    rows: int
    sampled: int
    columns: tuple[ColumnProfile, ...]
    mapping: str

    def column(self, name: str) -> ColumnProfile:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Assessment:
    """All sources, and what they share."""

    sources: tuple[SourceProfile, ...]
    shared: tuple[SharedIdentifier, ...]

    def source(self, name: str) -> SourceProfile:
        """The source of that name."""
        return next(source for source in self.sources if source.name == name)

    def to_dict(self) -> dict[str, Any]:
        """The whole as plain values, for JSON."""
        return {
            "sources": [_source_dict(source) for source in self.sources],
            "shared": [{**asdict(each), "share": each.share} for each in self.shared],
        }

    def column_rows(self, source: str) -> list[dict[str, Any]]:
        """One plain row per column of a source, for a table on a screen."""
        return [column_row(column) for column in self.source(source).columns]

    def warning_rows(self, source: str) -> list[dict[str, Any]]:
        """One plain row per thing to look at before trusting a source."""
        return [{"column": column.name, "warning": warning} for column in self.source(source).columns for warning in warnings_of(column)]

    def shared_rows(self) -> list[dict[str, Any]]:
        """One plain row per pair of sources and identifier, the most shared first."""
        ordered = sorted(self.shared, key=lambda each: (each.may_be_chance, -each.share, each.source, each.other))
        return [
            {
                "source": each.source, "by": each.kind, "columns": " + ".join(each.columns), "other": each.other,
                "other_columns": " + ".join(each.other_columns), "values": each.values, "shared": each.shared, "share": each.share,
                "may_be_chance": each.may_be_chance,
            }
            for each in ordered
        ]  # fmt: skip


def _source_dict(source: SourceProfile) -> dict[str, Any]:
    columns = []
    for column in source.columns:
        plain = asdict(column)
        plain["inference"]["meaning"] = str(column.meaning)
        plain["meaning"], plain["complete"], plain["warnings"] = str(column.meaning), column.complete, warnings_of(column)
        columns.append(plain)
    return {"name": source.name, "rows": source.rows, "sampled": source.sampled, "columns": columns, "mapping": source.mapping}


def column_row(column: ColumnProfile) -> dict[str, Any]:
    """A column in one line."""
    top = column.frequent[0] if column.frequent else None
    return {
        "column": column.name, "type": column.type, "meaning": str(column.meaning), "confidence": round(column.inference.confidence, 2),
        "complete": column.complete, "valid": column.valid, "distinct": column.distinct, "distinct_is_exact": column.distinct_is_exact,
        "lowest": column.lowest, "highest": column.highest, "most_frequent": top.value if top else None, "its_share": top.share if top else None,
        "formats": ", ".join(f"{each.pattern} {each.share:.0%}" for each in column.formats[:3]),
    }  # fmt: skip


_WORDS: Mapping[str, str] = {
    "no_value": "means that nothing was entered",
    "placeholder": "is a placeholder",
    "sentinel_date": "is a sentinel, no date that happened",
    "sentinel_number": "is a sentinel, no number that was counted",
    "form_default": "stands out: check whether it is only what a form was opened with",
}


def warnings_of(column: ColumnProfile) -> list[str]:
    """What to look at before a column is trusted, in words."""
    said = [f"{each.value!r} on {each.rows:,} rows ({each.share:.1%}) {_WORDS[each.kind]}" for each in column.sentinels]
    if column.filled and column.valid < 1:
        examples = ", ".join(repr(value) for value in column.invalid_examples)
        said.append(f"{1 - column.valid:.2%} of values are no {column.meaning.replace('_', ' ')}" + (f": {examples}" if examples else ""))
    dates, numbers = column.inference.dates, column.inference.numbers
    if dates is not None and not dates.is_decided:
        both = dates.day_first_only and dates.month_first_only
        said.append("days and months stand in both orders" if both else "no value shows whether the day or the month comes first")
    if numbers is not None and numbers.is_mixed:
        said.append(f"{numbers.dots:,} values have a decimal point, {numbers.commas:,} a decimal comma")
    if column.leading_zeros:
        said.append(f"{column.leading_zeros:,} values begin with zeros: keep it as text")
    if column.not_nfc:
        said.append(
            f"{column.not_nfc:,} values are written with combining marks (not NFC); they are normalised to match, and kept as given"
        )
    if column.zero_width:
        said.append(f"{column.zero_width:,} values hold letters that cannot be seen (zero width)")
    return said
