"""What an analyst needs to know of sources before trusting them: full counts in SQL, formats and meanings from a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

import ibis
from ibis import _

from unequal import config, storage
from unequal.sources import shared_identifiers
from unequal.sources.assessment import Assessment, ColumnProfile, Frequent, SharedIdentifier, SourceProfile
from unequal.sources.column_values import ColumnValues, values_of
from unequal.sources.columns_profiled import profile_column, under_contract
from unequal.sources.mapping import Layout, SourceFacts, suggest_sources
from unequal.sources.meanings import Meaning
from unequal.sources.shared_identifiers import Identifier, identifiers_of, stored_kind

SAMPLE_ROWS: Final = 100_000
"""Rows that are looked at value by value; a smaller source is looked at whole."""
BOOKKEEPING: Final = frozenset({"_file", "_row", "_byte", "_row_id"})
_EXACT_DISTINCT_UP_TO: Final = 250_000
_OFTEN_REPEATED: Final = 0.3
_COLUMNS_AT_ONCE: Final = 8
_WORTH_COUNTING: Final = 0.005
"""A value on a smaller share of the sample is told with the sample's share."""
_MIXED: Final = 2_654_435_761
_MODULUS: Final = 1 << 32


def assess(
    engine: storage.Engine,
    tables: Mapping[str, ibis.Table],
    *,
    sources: Mapping[str, config.Source] | None = None,
    sample_rows: int = SAMPLE_ROWS,
) -> Assessment:
    """Profile each source, find what sources share, and suggest a mapping for each.

    Completeness, distinct values, range and the share of the most frequent value are counted over
    all rows; meanings, formats, validity and doubtful values are read from at most `sample_rows`
    rows, drawn by a mixed row number so that the same rows are drawn every time. In a source of
    more than 250,000 rows the distinct values of texts that rarely repeat are estimated, to
    within a fifth (`distinct_is_exact` says where); ids are always counted.

    Args:
        engine: to run the counts on.
        tables: rows of each source, text or typed; bookkeeping columns are passed over.
        sources: the sources' config where there is one: its contracts tell what is valid, and its
            declared keys are compared.
        sample_rows: how many rows are looked at.
    """
    known = sources or {}
    looked = {name: _look(engine, table, known.get(name), sample_rows) for name, table in tables.items()}
    identifiers = {name: identifiers_of(each.profiles, _keys(known.get(name))) for name, each in looked.items()}
    shared = _shared(engine, tables, identifiers)
    facts = [SourceFacts(name, each.profiles, each.values, each.sample, _layout(each, known.get(name))) for name, each in looked.items()]
    mappings = suggest_sources(facts, shared)
    profiles = tuple(SourceProfile(name, each.rows, each.sampled, each.profiles, mappings[name]) for name, each in looked.items())
    return Assessment(profiles, shared)


@dataclass(frozen=True)
class _Looked:
    """A source as it was found."""

    rows: int
    sampled: int
    profiles: tuple[ColumnProfile, ...]
    values: tuple[ColumnValues, ...]
    sample: Any


def _layout(looked: _Looked, source: config.Source | None) -> Layout | None:
    """How the config reads the source already, so that the suggested mapping keeps it."""
    if source is None:
        return None
    read = (source.read,) if isinstance(source.read, str) else source.read
    settings = source.model_dump(include={"format", "table", "sheet", "delimiter", "skip_lines"}, exclude_defaults=True)
    is_text = all(column.type == "text" for column in looked.profiles)
    return Layout(read, is_text=is_text, settings=settings, whole=looked.rows == looked.sampled)


def _keys(source: config.Source | None) -> Mapping[str, str]:
    return source.records.keys if source is not None and source.records is not None else {}


def _look(engine: storage.Engine, table: ibis.Table, source: config.Source | None, sample_rows: int) -> _Looked:
    columns = [column for column in table.columns if column not in BOOKKEEPING]
    rows = engine.count(table)
    sample = engine.arrow(sample_of(table, columns, rows=rows, wanted=sample_rows))
    values = tuple(values_of(column, sample[column]) for column in columns)
    profiles = [_contracted(column, profile_column(column), source) for column in values]
    if sample.num_rows < rows:
        exact = frozenset(each.name for each in profiles if _is_counted_exactly(each, rows))
        counted = _counted(engine, table, columns, exact)
        tops = {
            profile.name: profile.frequent[0].value
            for profile in profiles
            if profile.frequent and profile.frequent[0].share >= _WORTH_COUNTING
        }
        (row,) = engine.fetch(rows_of_values(table, tops)) if tops else ({},)
        top_rows = {name: int(row[f"v{place}"]) for place, name in enumerate(tops)}
        profiles = [
            _recounted(profile, counted[profile.name], rows=rows, top=top_rows.get(profile.name, 0), exact=profile.name in exact)
            for profile in profiles
        ]
    return _Looked(rows, sample.num_rows, tuple(profiles), values, sample)


def sample_of(table: ibis.Table, columns: Sequence[str], *, rows: int, wanted: int) -> ibis.Table:
    """About `wanted` rows of a table, the same ones every time; all of them where there are no more."""
    if rows <= wanted:
        return table.select(*columns)
    threshold = int(_MODULUS * wanted / rows)
    if "_row" in table.columns:
        drawn = (_["_row"].cast("int64") * _MIXED) % _MODULUS < threshold
    else:
        whole = ibis.literal("")
        for column in columns:
            whole = whole + ibis.literal("\x1f") + table[column].cast("string").fill_null("")
        drawn = whole.hexdigest("md5").substr(0, 8) < f"{threshold:08x}"
    return table.filter(drawn).select(*columns)


def _is_counted_exactly(profile: ColumnProfile, rows: int) -> bool:
    """Counting distinct values is quick where they repeat, and needed where they identify."""
    identifies = profile.meaning == Meaning.ID
    return identifies or rows <= _EXACT_DISTINCT_UP_TO or profile.distinct < _OFTEN_REPEATED * profile.filled


def _counted(engine: storage.Engine, table: ibis.Table, columns: Sequence[str], exact: AbstractSet[str]) -> dict[str, Mapping[str, Any]]:
    """The full counts of all columns, a few at a time: what is counted distinct at once must fit into memory."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        some = columns[start : start + _COLUMNS_AT_ONCE]
        (row,) = engine.fetch(full_counts(table, some, exact=exact))
        found |= {name: {key: row.get(f"{key}{place}") for key in "fdazsl"} for place, name in enumerate(some)}
    return found


def full_counts(table: ibis.Table, columns: Sequence[str], *, exact: AbstractSet[str]) -> ibis.Table:
    """One row of counts over all rows of a table, four for each column by its place: f (filled), d (distinct), a and z (range), s and l (length)."""
    counts: dict[str, Any] = {}
    for place, name in enumerate(columns):
        column = table[name]
        if stored_kind(column.type()) == "text":
            text = shared_identifiers.trimmed(column).nullif("")
            counts |= {f"s{place}": text.length().min(), f"l{place}": text.length().max()}
        else:
            text = column
        counts |= {
            f"f{place}": text.count(),
            f"d{place}": text.nunique() if name in exact else text.approx_nunique(),
            f"a{place}": text.min().cast("string"),
            f"z{place}": text.max().cast("string"),
        }
    return table.aggregate(**counts)


def rows_of_values(table: ibis.Table, wanted: Mapping[str, str]) -> ibis.Table:
    """One row that says, for each column, on how many rows of the whole table a given value stands."""
    return table.aggregate(
        **{f"v{place}": _is(table[name], value).sum().fill_null(0) for place, (name, value) in enumerate(wanted.items())}
    )


def _is(column: Any, value: str) -> Any:
    """Whether a column holds a value that is given as text."""
    if stored_kind(column.type()) == "text":
        return shared_identifiers.trimmed(column) == value
    return column == ibis.literal(value).cast(column.type())


def _recounted(profile: ColumnProfile, counted: Mapping[str, Any], *, rows: int, top: int, exact: bool) -> ColumnProfile:
    """A profile of a sample with the counts of the whole put in."""
    filled = int(counted["f"])
    by_letter = (profile.inference.dates is None and profile.inference.numbers is None) or profile.type != "text"
    frequent = profile.frequent
    if frequent and top and filled:
        frequent = (Frequent(frequent[0].value, top, top / filled), *frequent[1:])
    return replace(
        profile, filled=filled, empty=rows - filled, distinct=int(counted["d"]), distinct_is_exact=exact, frequent=frequent,
        lowest=counted["a"] if by_letter else profile.lowest, highest=counted["z"] if by_letter else profile.highest,
        shortest=profile.shortest if counted["s"] is None else counted["s"], longest=profile.longest if counted["l"] is None else counted["l"],
    )  # fmt: skip


def _contracted(column: ColumnValues, profile: ColumnProfile, source: config.Source | None) -> ColumnProfile:
    contract = source.columns.get(column.name) if source is not None else None
    if contract is None:
        return profile
    type_name, date_format = (contract.type, contract.format) if isinstance(contract, config.sources.ColumnContract) else (contract, None)
    return under_contract(column, profile, type_name=type_name, date_format=date_format)


def _shared(
    engine: storage.Engine, tables: Mapping[str, ibis.Table], identifiers: Mapping[str, Sequence[Identifier]]
) -> tuple[SharedIdentifier, ...]:
    parts = [
        values
        for name, table in tables.items()
        if (values := shared_identifiers.identifier_values(table, name, identifiers[name])) is not None
    ]
    if len(parts) < 2:  # noqa: PLR2004
        return ()
    values = engine.materialise(ibis.union(*parts), "identifiers")
    sizes = {(row["source"], row["place"]): row["values"] for row in engine.fetch(shared_identifiers.sizes(values))}
    found = []
    for row in engine.fetch(shared_identifiers.overlap(values)):
        mine, theirs = identifiers[row["source"]][row["place"]], identifiers[row["other"]][row["other_place"]]
        found.append(
            SharedIdentifier(
                row["source"], mine.columns, row["other"], theirs.columns, mine.kind, sizes[row["source"], row["place"]], row["shared"],
                may_be_chance=shared_identifiers.may_be_chance(mine, theirs),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.source, each.other, each.kind, each.columns, each.other_columns)))
