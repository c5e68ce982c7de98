"""From files alone to a config that runs: `unequal init invoices.csv crm.xlsx`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from unequal.sources.column_values import values_of
from unequal.sources.columns_profiled import profile_column
from unequal.sources.config_text import Inline, Omitted, Said, comment_lines, text_of
from unequal.sources.joins import shared_of_values
from unequal.sources.known_values import CURRENCY_OF_REGION, REGION_OF_COUNTRY
from unequal.sources.mapping import Layout, SourceFacts, Suggestion, currency_of, path_in_config, sections_of, writing_of
from unequal.sources.meanings import Meaning
from unequal.sources.sniffing import Sniffed, sniff
from unequal.terms.errors import Problems, SourceError

_NAME: Final = re.compile(r"[^a-z0-9]+")
_MOSTLY: Final = 0.6


def suggest(files: Sequence[Path], folder: Path) -> str:
    """A commented `unequal.yaml` for files, which already runs.

    What the files do not say is chosen by the evidence there is, written down as chosen, and
    asked at the top of the text. Files of the same columns become one source; a file whose
    customer numbers are the ids of another's records is joined to it. A file that cannot be
    read is named with the reason and left out.

    Args:
        files: extracts, in any order.
        folder: where the config will lie; paths in it are relative to this folder.

    Raises:
        SourceError: SRC060, SRC061 or SRC062 (as `Problems`) where none of the files can be read.
    """
    tables, refused = _sniffed(files)
    if not tables:
        raise (
            Problems(refused)
            if refused
            else SourceError("SRC060", "there is nothing to look at", seen="no file", do="name at least one extract")
        )
    facts = _facts(tables, folder)
    shared = shared_of_values([(each.name, each.columns, each.values) for each in facts])
    return _text(facts, sections_of(facts, shared), refused, folder)


def _sniffed(files: Sequence[Path]) -> tuple[list[Sniffed], list[SourceError]]:
    found: list[Sniffed] = []
    refused: list[SourceError] = []
    for file in files:
        try:
            found += sniff(file)
        except SourceError as error:
            refused.append(error)
    return found, refused


def _facts(tables: Sequence[Sniffed], folder: Path) -> list[SourceFacts]:
    """One source for all tables of the same columns and layout."""
    groups: dict[tuple[Any, ...], list[Sniffed]] = {}
    for table in tables:
        alike = (
            table.format,
            table.delimiter,
            table.skip_lines,
            table.sheet,
            tuple(table.table.schema.names),
            tuple(map(str, table.table.schema.types)),
        )
        groups.setdefault(alike, []).append(table)
    names: set[str] = set()
    return [_source(group, folder, names) for group in groups.values()]


def _source(group: Sequence[Sniffed], folder: Path, names: set[str]) -> SourceFacts:
    first = group[0]
    table = pa.concat_tables([each.table for each in group]) if len(group) > 1 else first.table
    if first.header is not None:
        table, header = _named(table)
    values = tuple(values_of(column, table[column]) for column in table.column_names)
    profiles = tuple(profile_column(column) for column in values)
    settings: dict[str, Any] = {}
    if first.format in ("csv", "tsv") and first.delimiter not in (None, "," if first.format == "csv" else "\t"):
        settings["delimiter"] = first.delimiter
    if first.format == "spaced" or first.path.name.lower().removesuffix(".gz").endswith((".txt", ".tab", ".ndjson")):
        settings["format"] = first.format
    settings |= {"sheet": first.sheet} if first.sheet else {}
    settings |= {"skip_lines": first.skip_lines} if first.skip_lines else {}
    if first.header is not None:
        settings["header"] = Said(list(header), "The file has no line of column names; these are made up.")
    if first.footer is not None:
        settings["footer"] = Inline({"column": first.footer[0], "equals": first.footer[1]})
    layout = Layout(
        read=tuple(path_in_config(each.path, folder) for each in group), is_text=first.is_text, settings=settings,
        whole=all(each.whole for each in group), notes=tuple(dict.fromkeys(note for each in group for note in each.notes)), semicolons=first.delimiter == ";",
    )  # fmt: skip
    return SourceFacts(_unique_name(group, names), profiles, values, table, layout)


def _named(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Names for columns without any, by what they hold."""
    seen: Counter[str] = Counter()
    header = []
    for column in table.column_names:
        meaning = str(profile_column(values_of(column, table[column])).meaning)
        base = "day" if meaning == "time" else meaning
        seen[base] += 1
        header.append(base if seen[base] == 1 else f"{base}_{seen[base]}")
    return table.rename_columns(header), header


def _unique_name(group: Sequence[Sniffed], names: set[str]) -> str:
    """A source's name from its file, or what its files' names have in common."""
    stems = [each.path.name.split(".")[0].lower() for each in group]
    common = stems[0] if len(stems) == 1 else _common(stems)
    base = _NAME.sub("_", f"{common} {group[0].sheet}".lower() if group[0].sheet else common).strip("_") or "source"
    base = base if base[0].isalpha() else f"s_{base}"
    name, number = base[:60], 1
    while name in names:
        number += 1
        name = f"{base[:56]}_{number}"
    names.add(name)
    return name


def _common(stems: Sequence[str]) -> str:
    start = stems[0]
    for stem in stems[1:]:
        while not stem.startswith(start):
            start = start[:-1]
    return start.rstrip("-_ .0123456789") or stems[0]


def _text(facts: Sequence[SourceFacts], suggested: Sequence[Suggestion], refused: Sequence[SourceError], folder: Path) -> str:
    questions: list[str] = []
    tree: dict[str, Any] = {"project": _project_name(folder)}
    tree["reporting_currency"] = _currency(facts, questions)
    questions.append("In which time zone does the company book? UTC is written; set time_zone.")
    tree["time_zone"] = Said(
        "UTC", "QUESTION: the company's zone decides on which day a dollar is booked; set it, as in Europe/Berlin or America/New_York."
    )
    tree |= _region(facts)
    tree["sources"] = {each.name: each.section for each in suggested}
    for each in suggested:
        questions += [f"{each.name}: {question}" for question in each.questions]
    return "\n".join([*_opening(facts, suggested, refused, questions), ""]) + "\n" + text_of(tree)


def _opening(
    facts: Sequence[SourceFacts], suggested: Sequence[Suggestion], refused: Sequence[SourceError], questions: Sequence[str]
) -> list[str]:
    lines = comment_lines("Suggested by `unequal init` from the files alone. It runs as it stands: `unequal check`, then `unequal run`.")
    if not any(each.is_posting for each in suggested):
        lines += [
            "#",
            *comment_lines(
                "No file has both a date and an amount, so there are no dollars to book yet. Add an export of invoices or orders."
            ),
        ]
    part = [each.name for each in facts if each.layout is not None and not each.layout.whole]
    if part:
        lines += [
            "#",
            *comment_lines(f"Too large to look at whole, so looked at in parts: {', '.join(part)}. What was found holds for those parts."),
        ]
    if refused:
        lines += ["#", "# Not read:"]
        lines += [line for error in refused for line in comment_lines(f"- {error.where}: {error.what} ({error.seen}); {error.do}.")]
    lines += ["#", "# What the files alone do not say. Each answer was chosen as written below; correct what is wrong:"]
    for number, question in enumerate(questions, 1):
        lines += comment_lines(f"{number}. {question}")
    return lines


def _project_name(folder: Path) -> str:
    return _NAME.sub("-", folder.resolve().name.lower()).strip("-") or "my-company"


def _currency(facts: Sequence[SourceFacts], questions: list[str]) -> Any:
    """The reporting currency: from a column or a sign; else from the country or the way of writing, and asked."""
    found = currency_of(facts)
    columns = [column for each in facts for column in each.columns if column.meaning == Meaning.CURRENCY]
    if found and columns:
        others = sorted({value for column in columns for value in [each.value.upper() for each in column.frequent]} - {found})
        if not others:
            return found
        questions.append(f"Amounts are in {found} and {', '.join(others)}. Report in {found}? Rates for the others are needed.")
        return Said(
            found, f"Most rows are in {found}; give rates for {', '.join(others)} under ledger: rates:, or their rows are set aside."
        )
    if found:
        questions.append(f"Are all amounts in {found}? It is read from the sign beside them.")
        return Said(found, "QUESTION: read from the sign beside the amounts; is it right?")
    country = _country(facts) or ""
    commas = any(writing_of(each, facts).decimal == "," for each in facts)
    months = any(
        dates.order == "month_first" and dates.is_decided
        for each in facts
        for column in each.columns
        if (dates := column.inference.dates) is not None
    )
    code, because = (
        (CURRENCY_OF_REGION[country], "most addresses lie where it is used") if country in CURRENCY_OF_REGION
        else ("EUR", "numbers have a decimal comma") if commas
        else ("USD", "dates are written as in the United States") if months
        else ("USD", "nothing in the files says")
    )  # fmt: skip
    questions.append(f"In which currency are the amounts? {code} is written ({because}); set reporting_currency.")
    return Said(code, f"QUESTION: no column or sign says which currency the amounts are in; {code} is a guess ({because}).")


def _country(facts: Sequence[SourceFacts]) -> str | None:
    """The country of most rows with one, where it is one that is known."""
    votes: Counter[str] = Counter()
    for each in facts:
        for column in each.columns:
            if column.meaning == Meaning.COUNTRY and column.complete >= _MOSTLY and column.frequent and column.frequent[0].share >= _MOSTLY:
                votes[REGION_OF_COUNTRY.get(column.frequent[0].value.lower(), "")] += column.frequent[0].rows
    del votes[""]
    return votes.most_common(1)[0][0] if votes else None


def _region(facts: Sequence[SourceFacts]) -> dict[str, Any]:
    country = _country(facts)
    has_phone = any(column.meaning == Meaning.PHONE for each in facts for column in each.columns)
    if country:
        return {"default_region": Said(country, "Telephone numbers without a country's prefix belong to it: most rows lie there.")}
    if has_phone:
        return {"default_region": Omitted("default_region: DE would say to which country telephone numbers without a prefix belong.")}
    return {}
