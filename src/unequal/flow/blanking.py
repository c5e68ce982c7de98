"""Tables without some persons: what their rows say of them is emptied, what hangs dollars on a record stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unequal import config
from unequal.terms import placeholder_words
from unequal.terms.ids import SEPARATOR
from unequal.terms.placeholder_words import PUNCTUATION, WORDS, placeholder_code

ROWS: Final = frozenset({"rows", "raw", "counted_once"})
"""Tables of an accepted source that hold its rows as they were delivered."""

_OURS: Final = frozenset({"_file", "_row_id", "_line", "_row", "_byte_start", "_byte_end"})
_WORD: Final = re.compile(r"[^\W\d]\w*")
_RULE: Final = re.compile(r"[=<>()]|\b(and|between|in|is|like|not|or)\b", re.IGNORECASE)
"""A rule over columns, and no plain word."""
_DIGITS: Final = re.compile(r"\D+")
_BETWEEN: Final = re.compile(r"""[,;|\t"'\s]+""")
_SHORTEST_ID: Final = 4
"""Of ids in rows that could not be read: a shorter one may be a count."""

_OF_A_PHONE: Final = 9
"""Last digits by which numbers are told to be one, however they were written."""

_FEWEST_DIGITS: Final = 7
"""A shorter number is an extension, or a piece of one: many have it."""

IDENTIFYING: Final = ("email", "phone", "tax_id")
"""Attributes whose value may identify somebody."""

IsRecord = Callable[[str, str], bool]
"""Of a source and a record's id: whether it is to be emptied."""

IsValue = Callable[[str, str], bool]
"""Of a kind of identifier and its plain form: whether it is an erased person's."""


@dataclass(frozen=True)
class Blanks:
    """Whom tables are to be without.

    Args:
        is_record: by his records.
        is_value: by what else identifies him, in sources that hold records.
        texts: values of his that are nobody else's, to be taken out wherever they stand.
        own: values of his that others may share; taken out of rows that are his.
    """

    is_record: IsRecord
    is_value: IsValue = lambda _kind, _value: False
    texts: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @property
    def pattern(self) -> str | None:
        """Finds his values in any text, in whatever case; None where he has none."""
        return pattern_of(self.texts)


@dataclass
class Counts:
    """What was emptied: table -> rows, of those that were his and of those that only held a value of his."""

    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)


def plain(kind: str, value: str) -> str:
    """The form in which identifiers are compared; empty where the value identifies nobody, and then it must not be compared.

    >>> plain("email", " Ann@Bakery.Example "), plain("phone", "(718) 562-4714") == plain("phone", "+1 718 562 4714")
    ('ann@bakery.example', True)
    >>> plain("email", "none"), plain("phone", "n/a"), plain("phone", "0000 0000"), plain("tax_id", "00-000-000")
    ('', '', '', '')
    """
    low = value.strip().lower()
    digits = _DIGITS.sub("", value)
    if kind == "phone":
        is_somebodys = len(digits) >= _FEWEST_DIGITS and re.search(placeholder_words.PHONE, digits) is None
        return digits[-_OF_A_PHONE:] if is_somebodys else ""
    if kind == "email":
        return low if "@" in low and re.search(placeholder_words.EMAIL, low) is None else ""
    if kind == "tax_id" and re.search(placeholder_words.TAX_ID, re.sub(PUNCTUATION, "", low)):
        return ""
    return "" if placeholder_code(low, WORDS) else low


def plain_of_column(kind: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same of a column, faster; a value that identifies nobody has a form here too, which is no other value's plain form."""
    if kind != "phone":
        return pc.utf8_lower(pc.utf8_trim_whitespace(values))
    return pc.utf8_slice_codeunits(pc.replace_substring_regex(values, r"[^\p{Nd}]+", ""), start=-_OF_A_PHONE)


def pattern_of(texts: Iterable[str]) -> str | None:
    """A pattern that finds any of some texts, the longest first; None where there are none."""
    parts = sorted((re.escape(text).replace("\\-", "-") for text in texts), key=lambda one: (-len(one), one))
    return f"(?i)({'|'.join(parts)})" if parts else None


def references(project: config.Project, source: str) -> list[tuple[str, tuple[str, ...]]]:
    """Which columns of a source name a record, and of which source: its own record's id first."""
    dump = project.model_dump()
    found = list(_references(dump["sources"][source], source)) + list(_elsewhere(dump, source))
    records = project.sources[source].records
    own = [(source, _columns(records.id))] if records is not None else []
    return list(dict.fromkeys([*own, *found]))


def _columns(named: Any) -> tuple[str, ...]:
    return (named,) if isinstance(named, str) else tuple(named)


def _references(node: Any, source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, Mapping):
        customer = node.get("customer")
        if isinstance(customer, Mapping) and customer.get("id"):
            yield customer.get("source") or source, _columns(customer["id"])
    for child in _children(node):
        yield from _references(child, source)


def _elsewhere(node: Any, source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """References that other sections make to this source's columns."""
    if isinstance(node, Mapping) and node.get("source") == source:
        yield from _references(node, source)
    for child in _children(node):
        yield from _elsewhere(child, source)


def _children(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, Mapping) else node if isinstance(node, list | tuple) else ()


def kept_columns(project: config.Project, source: str) -> frozenset[str]:
    """Columns that the run works with, other than to know who somebody is: these keep their values."""
    dump = project.model_dump(mode="json")
    for each in dump["sources"].values():
        each["records"] = None
    del dump["live"]  # words for customers
    words = {word for leaf in _leaves(dump) for word in (leaf, *(_WORD.findall(leaf) if _RULE.search(leaf) else ()))}
    declared = project.sources[source]
    ids = {name for _, names in references(project, source) for name in names}
    own = set(_columns(declared.key)) | ids if declared.key else ids
    records = declared.records
    if records is None:
        return frozenset(words | own | _OURS)
    personal = {name for columns in records.attributes.values() for name in _columns(columns)} | set(records.keys.values())
    observed = {records.observed_at} if records.observed_at else set()
    return frozenset(((words | observed) - personal) | own | _OURS)


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for child in _children(node):
        yield from _leaves(child)


def blank_accepted(folder: Path, project: config.Project, source: str, blanks: Blanks, counts: Counts | None = None) -> None:
    """Empty the rows of some persons in what was accepted of a source, in its folder."""
    named = references(project, source)
    keep = kept_columns(project, source)
    for path in sorted(folder.glob("*.parquet")):
        if path.stem in ROWS:
            _rewrite(path, lambda table: _without_rows(table, project, source, (named, keep), blanks), counts)
        elif path.stem == "quarantined":
            _rewrite(path, lambda table: _without_raw(table, named, blanks), counts)


def _without_rows(
    table: pa.Table, project: config.Project, source: str, by: tuple[list[tuple[str, tuple[str, ...]]], frozenset[str]], blanks: Blanks
) -> tuple[pa.Table, int]:  # fmt: skip
    named, keep = by
    mask = his_rows(table, project, source, named, blanks)
    count = int(pc.sum(mask).as_py() or 0)
    if not count:
        return table, 0
    ids = {name for _, names in named for name in names} | set(_columns(project.sources[source].key or ()))
    own = pattern_of(blanks.own | blanks.texts)
    for at, one in enumerate(table.schema):
        if one.name not in keep:
            table = table.set_column(at, one, pc.if_else(mask, _nothing(one), table.column(at)))
        elif own and one.name not in ids | _OURS and pa.types.is_string(one.type):
            said = pc.replace_substring_regex(table.column(at), own, "")
            table = table.set_column(at, one, pc.if_else(mask, said, table.column(at)))
    return table, count


def _nothing(column: pa.Field) -> pa.Scalar:
    return pa.scalar(None if column.nullable else "", column.type)


def _is_value(blanks: Blanks, kind: str, value: str) -> bool:
    form = plain(kind, value)
    return form != "" and blanks.is_value(kind, form)


def his_rows(table: pa.Table, project: config.Project, source: str, named: list[tuple[str, tuple[str, ...]]], blanks: Blanks) -> Any:
    """Which rows of a table are about somebody who is to be emptied: by the record that they name, or by what the record says."""
    mask = pa.array([False] * table.num_rows)
    for place, names in named:
        if all(name in table.column_names for name in names):
            parts = [table.column(name).cast(pa.string()).combine_chunks() for name in names]
            whole = pc.binary_join_element_wise(*parts, SEPARATOR, null_handling="replace") if len(parts) > 1 else parts[0]
            mask = pc.or_(mask, _judged(whole, partial(blanks.is_record, place)))
    records = project.sources[source].records
    for attribute in IDENTIFYING if records is not None else ():
        columns = _columns(records.attributes.get(attribute, ())) if records is not None else ()
        if len(columns) == 1 and columns[0] in table.column_names:
            given = table.column(columns[0]).cast(pa.string()).combine_chunks()
            mask = pc.or_(mask, _judged(given, partial(_is_value, blanks, attribute)))
    return mask


def _judged(values: Any, judge: Callable[[str], bool]) -> Any:
    """A word on each value; each distinct one is asked about once, and nothing is never meant."""
    coded = values.dictionary_encode()
    said = [value is not None and value.strip() != "" and judge(value.strip()) for value in coded.dictionary.to_pylist()]
    if not any(said):
        return pa.array([False] * len(values))
    return pc.fill_null(pc.take(pa.array(said), coded.indices), False)


def _without_raw(table: pa.Table, named: list[tuple[str, tuple[str, ...]]], blanks: Blanks) -> tuple[pa.Table, int]:
    """Rows that could not be taken are known by their words alone: those that hold a value or an id of his lose theirs."""
    if not table.num_rows:
        return table, 0
    found = re.compile(blanks.pattern) if blanks.pattern else None
    said = zip(table["raw"].to_pylist(), table["detail"].to_pylist(), strict=True)
    mask = pa.array([_tells_of_him(f"{raw or ''} {detail or ''}", found, named, blanks) for raw, detail in said])
    for name in ("raw", "detail"):
        at = table.column_names.index(name)
        table = table.set_column(at, table.schema.field(at), pc.if_else(mask, _nothing(table.schema.field(at)), table.column(at)))
    return table, int(pc.sum(mask).as_py() or 0)


def _tells_of_him(text: str, pattern: re.Pattern[str] | None, named: list[tuple[str, tuple[str, ...]]], blanks: Blanks) -> bool:
    if pattern is not None and pattern.search(text):
        return True
    words = [word.strip() for word in _BETWEEN.split(text)]
    if any("@" in word and _is_value(blanks, "email", word) for word in words):
        return True
    return any(blanks.is_record(place, word) for place, _ in named for word in words if len(word) >= _SHORTEST_ID)


def blank_gathered(folder: Path, source: str, blanks: Blanks, counts: Counts | None = None) -> None:
    """Empty what was gathered of some records, in its folder: they stay as records of whom nothing is known."""
    numbers: set[int] = set()

    def features(table: pa.Table) -> tuple[pa.Table, int]:
        mask = _judged(table["record_id"].combine_chunks(), lambda value: blanks.is_record(source, value))
        numbers.update(table["number"].filter(mask).to_pylist())
        for at, one in enumerate(table.schema):
            if one.name not in {"number", "source", "record_id", "kind", "is_test"}:
                table = table.set_column(at, one, pc.if_else(mask, pa.scalar(None, one.type), table.column(at)))
        return table, int(pc.sum(mask).as_py() or 0)

    def attributes(table: pa.Table) -> tuple[pa.Table, int]:
        mask = _judged(table["record_id"].combine_chunks(), lambda value: blanks.is_record(source, value))
        return table.filter(pc.invert(mask)), int(pc.sum(mask).as_py() or 0)

    def others(table: pa.Table) -> tuple[pa.Table, int]:
        mask = pc.is_in(table["number"], pa.array(sorted(numbers), table.schema.field("number").type))
        return table.filter(pc.invert(mask)), int(pc.sum(mask).as_py() or 0)

    for name, change in {"feature": features, "person_attribute": attributes, "other_value": others}.items():
        path = folder / f"{name}.parquet"
        if path.exists():
            _rewrite(path, change, counts, whole=name == "feature")


def blank_index(folder: Path, numbers: Iterable[int], counts: Counts | None = None) -> None:
    """Take some records out of the look-up tables, by their numbers in the run."""

    def keys(table: pa.Table) -> tuple[pa.Table, int]:
        mask = pc.is_in(table["number"], pa.array(sorted(numbers), table.schema.field("number").type))
        return table.filter(pc.invert(mask)), int(pc.sum(mask).as_py() or 0)

    path = folder / "match_key.parquet"
    if path.exists():
        _rewrite(path, keys, counts)


def blank_texts(folder: Path, blanks: Blanks, counts: Counts | None = None) -> None:
    """Take somebody's own values out of every text of every table in a folder."""
    pattern = blanks.pattern
    if pattern is None:
        return

    def texts(table: pa.Table) -> tuple[pa.Table, int]:
        found = 0
        for at, one in enumerate(table.schema):
            if pa.types.is_string(one.type):
                hits = int(pc.sum(pc.match_substring_regex(table.column(at), pattern)).as_py() or 0)
                if hits:
                    found += hits
                    table = table.set_column(at, one, pc.replace_substring_regex(table.column(at), pattern, ""))
        return table, found

    for path in sorted(folder.glob("*.parquet")):
        _rewrite(path, texts, None if counts is None else Counts(rows=counts.values))


def parts(path: Path) -> list[Path]:
    """The files of a table: one, or those of a folder, as Spark writes them."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def _rewrite(path: Path, change: Callable[[pa.Table], tuple[pa.Table, int]], counts: Counts | None, *, whole: bool = False) -> None:
    """Write a table anew where a change finds something in it, group of rows by group of rows."""
    found = sum(_rewrite_part(part, change, whole=whole) for part in parts(path))
    if found and counts is not None:
        counts.rows[path.stem] = counts.rows.get(path.stem, 0) + found


def _rewrite_part(path: Path, change: Callable[[pa.Table], tuple[pa.Table, int]], *, whole: bool) -> int:
    found = 0
    aside = path.with_suffix(".part")
    with pq.ParquetFile(path) as file:
        groups = [None] if whole else list(range(file.num_row_groups))
        with pq.ParquetWriter(aside, file.schema_arrow, compression="zstd") as writer:
            for group in groups:
                table = file.read() if group is None else file.read_row_group(group)
                table, count = change(table)
                found += count
                writer.write_table(table)
    if found:
        aside.replace(path)
        path.with_name(f".{path.name}.crc").unlink(missing_ok=True)  # Spark's own, of the file that was
    else:
        aside.unlink()
    return found
