"""A source's section of the config, suggested from what its columns are found to hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from unequal.sources.amounts import Bookings, bookings_of
from unequal.sources.assessment import ColumnProfile, SharedIdentifier
from unequal.sources.column_values import ColumnValues
from unequal.sources.config_text import Inline, Omitted, Said, text_of
from unequal.sources.joins import Connected, Join, Records, connect
from unequal.sources.known_values import CURRENCIES, CURRENCY_OF_SIGN
from unequal.sources.meanings import Meaning
from unequal.sources.roles import Roles, roles_of
from unequal.sources.sentinels import NO_VALUE
from unequal.sources.vocabulary import words_of
from unequal.sources.written_dates import DateEvidence, Order, iso_of
from unequal.sources.written_numbers import Mark


@dataclass(frozen=True)
class Layout:
    """How a source's files are to be read.

    Args:
        read: paths as the config will name them.
        is_text: values are text that a contract must cast.
        settings: keys of the source section, such as delimiter or sheet.
        whole: the files were looked at whole, so that what is unique is known to be.
        notes: what the user should know of the files.
        semicolons: cells are parted by semicolons, as where the decimal mark is a comma.
    """

    read: tuple[str, ...]
    is_text: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True
    notes: tuple[str, ...] = ()
    semicolons: bool = False


@dataclass(frozen=True)
class SourceFacts:
    """What is known of a source when its mapping is suggested."""

    name: str
    columns: tuple[ColumnProfile, ...]
    values: tuple[ColumnValues, ...]
    sample: Any
    layout: Layout | None = None


@dataclass
class Suggestion:
    """A source's section, and what only the user can say."""

    name: str
    section: dict[str, Any]
    questions: list[str]
    is_posting: bool
    has_customers: bool


@dataclass(frozen=True)
class Writing:
    """How a file writes numbers and dates, as far as its columns agree."""

    decimal: Mark
    thousands: str
    order: Order
    order_because: str


_PERSONAL_ATTRIBUTES: Final = (
    Meaning.FULL_NAME, Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.TITLE, Meaning.SUFFIX, Meaning.ORGANISATION_NAME, Meaning.EMAIL, Meaning.PHONE,
    Meaning.TAX_ID, Meaning.BIRTH_DATE, Meaning.GENDER, Meaning.ADDRESS, Meaning.STREET, Meaning.UNIT, Meaning.CITY, Meaning.REGION, Meaning.POSTCODE, Meaning.COUNTRY,
)  # fmt: skip
_OVERLAP_FROM: Final = 0.005


def suggest_sources(facts: Sequence[SourceFacts], shared: Sequence[SharedIdentifier]) -> dict[str, str]:
    """A suggested section for each source, as YAML that loads under `sources:`."""
    return {each.name: text_of({"sources": {each.name: each.section}}) for each in sections_of(facts, shared)}


def sections_of(facts: Sequence[SourceFacts], shared: Sequence[SharedIdentifier]) -> list[Suggestion]:
    """A suggested section for each source, with its questions."""
    connected = [Connected(each.name, each.columns, roles_of(each.columns)) for each in facts]
    joins, records = connect(connected, shared)
    found = [
        _section(each, part.roles, joins.get(each.name), records.get(each.name), facts) for each, part in zip(facts, connected, strict=True)
    ]
    documents = {part.name: part.roles.document for part in connected if part.roles.is_posting}
    for suggestion in found:
        suggestion.questions += _same_documents(suggestion.name, documents, shared)
    return found


def _same_documents(name: str, documents: Mapping[str, str | None], shared: Sequence[SharedIdentifier]) -> list[str]:
    """Two extracts of one system that overlap would be counted twice as two sources: asked once for each pair."""
    return [
        f"{each.shared:,} of the {each.values:,} values of {each.columns[0]} are {each.other_columns[0]} in {each.other} too. If both are extracts of one system, read "
        f"them in one source (read: [..., ...], also_named for columns with two names), so that rows that stand in both are counted once."
        for each in shared
        if each.source == name and each.source < each.other and each.share >= _OVERLAP_FROM
        and each.columns[0] == documents.get(name) and each.other_columns[0] == documents.get(each.other)
    ]  # fmt: skip


def writing_of(facts: SourceFacts, others: Sequence[SourceFacts]) -> Writing:
    """How a file writes numbers and dates: its own columns decide, then its other marks, then the other files."""
    dots = sum(column.inference.numbers.dots for column in facts.columns if column.type == "text" and column.inference.numbers)
    commas = sum(column.inference.numbers.commas for column in facts.columns if column.type == "text" and column.inference.numbers)
    semicolons = facts.layout is not None and facts.layout.semicolons
    decimal: Mark = "," if commas > dots or (commas == dots == 0 and semicolons) else "."
    marks = Counter(
        column.inference.numbers.thousands
        for column in facts.columns
        if column.type == "text" and column.inference.numbers and column.inference.numbers.thousands not in ("", decimal)
    )
    thousands = marks.most_common(1)[0][0] if marks else ""
    order, because = _order(facts, others, decimal)
    return Writing(decimal, thousands, order, because)


def _order(facts: SourceFacts, others: Sequence[SourceFacts], decimal: Mark) -> tuple[Order, str]:
    """Day first or month first, for columns whose values do not say: the most evidence wins, and is named."""
    votes: Counter[str] = Counter()
    reasons: dict[str, list[str]] = {"day_first": [], "month_first": []}

    def vote(order: str, weight: int, reason: str) -> None:
        votes[order] += weight
        reasons[order].append(reason)

    for each in [facts, *[other for other in others if other is not facts]]:
        for column in each.columns:
            dates = column.inference.dates
            if dates is not None and dates.order is not None and dates.is_decided:
                vote(dates.order, 4 if each is facts else 2, f"{column.name} of {each.name} has it so")
    if decimal == ",":
        vote("day_first", 2, "numbers have a decimal comma")
    money = currency_of([facts])
    if money is not None:
        vote("month_first" if money in ("USD", "PHP") else "day_first", 1, f"amounts are in {money}")
    if facts.layout is not None and facts.layout.semicolons:
        vote("day_first", 1, "cells are parted by semicolons")
    for order in ("day_first", "month_first"):
        if _ascends(facts, order):
            vote(order, 3, "read so, rows are in order of time")
    best: Order = "month_first" if votes["month_first"] > votes["day_first"] else "day_first"
    return best, "; ".join(reasons[best]) or "nothing speaks for either, and most of the world writes so"


def _ascends(facts: SourceFacts, order: Order) -> bool:
    """Whether an undecided column of dates rises from row to row when read so, and does not when read otherwise."""
    for column in facts.columns:
        dates = column.inference.dates
        if dates is None or dates.order is None or dates.is_decided or facts.sample is None:
            continue
        texts = [text for text in facts.sample[column.name].slice(0, 2_000).to_pylist() if text]
        shares = {}
        for each in ("day_first", "month_first"):
            days = [day for text in texts if (day := iso_of(text.strip(), replace(dates, order=each))) is not None]
            shares[each] = sum(a <= b for a, b in pairwise(days)) / max(len(days) - 1, 1)
        other = "month_first" if order == "day_first" else "day_first"
        if shares[order] > 0.97 and shares[other] < 0.95:  # noqa: PLR2004
            return True
    return False


def currency_of(facts: Sequence[SourceFacts]) -> str | None:
    """The currency that most amounts are in, where a column or a sign says so."""
    votes: Counter[str] = Counter()
    for each in facts:
        for column in each.columns:
            if column.meaning == Meaning.CURRENCY and column.frequent:
                votes[column.frequent[0].value.upper()] += 10
            numbers = column.inference.numbers
            if numbers is not None and numbers.currency_sign:
                sign = numbers.currency_sign
                code = sign if sign in CURRENCIES else CURRENCY_OF_SIGN.get(sign)
                if code:
                    votes[code] += 1
    return votes.most_common(1)[0][0] if votes else None


def _section(facts: SourceFacts, roles: Roles, join: Join | None, records: Records | None, all_facts: Sequence[SourceFacts]) -> Suggestion:
    layout = facts.layout or Layout((f"{facts.name}.csv",), is_text=all(column.type == "text" for column in facts.columns))
    writing = writing_of(facts, all_facts)
    columns = tuple(_settled(column, writing) for column in facts.columns)
    bookings = bookings_of(columns, roles, facts.sample) if roles.is_posting else Bookings()
    posted = bool(bookings.amounts) and roles.booked_on is not None
    needed = _needed(roles, bookings) if posted else set()
    questions = [*bookings.questions]
    section: dict[str, Any] = {"read": layout.read[0] if len(layout.read) == 1 else list(layout.read), **layout.settings}
    if layout.notes:
        section["read"] = Said(section["read"], "\n".join(layout.notes))
    if layout.is_text:
        section |= ({"decimal": writing.decimal} if writing.decimal != "." else {}) | (
            {"thousands": writing.thousands} if writing.thousands else {}
        )
    contracts = _contracts(columns, layout, writing, needed, questions)
    if contracts:
        only_comments = all(isinstance(each, Omitted) for each in contracts.values())
        section["columns"] = Omitted("\n".join(each.comment for each in contracts.values())) if only_comments else contracts
    if key := _key(facts, roles, layout):
        section["key"] = key
    if records is not None:
        section["records"] = _records(records, columns)
    if posted:
        if roles.currency and _currencies(columns, roles) > 1:
            section["unknown_currency"] = Said(
                "quarantine", "Rows in a currency without a rate (ledger: rates:) are set aside; `stop` would end the run."
            )
        section["postings"] = _postings(columns, roles, bookings, join, records, questions)
    if not records and not posted:
        section["read"] = Said(
            section["read"], "Neither customers nor dated amounts were found in it: it is read, and may be looked up in."
        )
    return Suggestion(facts.name, section, questions, posted, bool(join or records))


def _settled(column: ColumnProfile, writing: Writing) -> ColumnProfile:
    """A column whose dates could be read both ways, read as its file suggests."""
    dates = column.inference.dates
    if dates is None or dates.is_decided or (dates.day_first_only and dates.month_first_only):
        return column
    return replace(column, inference=replace(column.inference, dates=dates.read_as(writing.order)))


def _needed(roles: Roles, bookings: Bookings) -> set[str]:
    """Columns without which a row cannot be booked."""
    return {roles.booked_on or ""} | {each.column for each in bookings.amounts} | {each.times for each in bookings.amounts if each.times}


def _contracts(
    columns: Sequence[ColumnProfile], layout: Layout, writing: Writing, needed: set[str], questions: list[str]
) -> dict[str, Any]:
    """How each column's text becomes a value; a column that is not needed and does not fit stays text."""
    found: dict[str, Any] = {}
    for column in columns:
        contract = _contract(column, layout, writing, needed)
        if contract is None:
            continue
        comments = []
        if column.valid < 1 and "null_values" not in contract:
            examples = ", ".join(repr(value) for value in column.invalid_examples)
            if column.name not in needed:
                found[column.name] = Omitted(
                    f"{column.name} stays text: {1 - column.valid:.2%} of its values are no {contract['type']}{': ' + examples if examples else ''}."
                )
                continue
            comments.append(
                f"{1 - column.valid:.2%} of its values are no {contract['type']}; a run quarantines their rows{': ' + examples if examples else ''}."
            )
        dates = column.inference.dates
        if dates is not None and not dates.is_decided and layout.is_text:
            question = _ambiguous(column, dates, writing)
            questions.append(question)
            comments.append(f"QUESTION: {question}")
        plain = contract["type"] if len(contract) == 1 else Inline(contract)
        found[column.name] = Said(plain, "\n".join(comments)) if comments else plain
    return found


def _ambiguous(column: ColumnProfile, dates: DateEvidence, writing: Writing) -> str:
    if dates.day_first_only and dates.month_first_only:
        return (
            f"{column.name} has days above 12 in both places ({dates.day_first_only:,} rows only with the day first, {dates.month_first_only:,} only with the month "
            f"first). It is read as {dates.format}, as most rows have it; the others are quarantined."
        )
    other = dates.read_as("month_first" if dates.order == "day_first" else "day_first").format
    return f"is {dates.example} of {column.name} {dates.format} or {other}? No day above 12 says. It is read as {dates.format}: {writing.order_because}."


def _contract(column: ColumnProfile, layout: Layout, writing: Writing, needed: set[str]) -> dict[str, Any] | None:
    """A column's contract; None where text, or as stored, is right."""
    if not layout.is_text and column.type != "text":
        return _typed_contract(column, needed)
    dates = column.inference.dates
    if dates is not None:
        return {"type": dates.type, "format": dates.format} if column.meaning in (Meaning.TIME, Meaning.BIRTH_DATE) else None
    if (
        column.meaning == Meaning.ID
        and column.formats
        and column.formats[0].pattern.endswith(".9")
        and column.formats[0].example.endswith(".0")
    ):
        return {"type": "integer"}
    if column.meaning not in (Meaning.MONEY, Meaning.QUANTITY, Meaning.NUMBER) or column.inference.numbers is None:
        return None
    return _number_contract(column, writing)


def _typed_contract(column: ColumnProfile, needed: set[str]) -> dict[str, Any] | None:
    """Typed sources keep their types; a binary double becomes a decimal, or an id without a point."""
    if column.type != "double":
        return None
    if column.meaning == Meaning.MONEY:
        return {"type": "money"}
    numbers = column.inference.numbers
    if column.meaning == Meaning.ID and numbers is not None and numbers.whole:
        return {"type": "integer"}
    return {"type": "integer" if numbers is not None and numbers.whole else "decimal"} if column.name in needed else None


def _number_contract(column: ColumnProfile, writing: Writing) -> dict[str, Any] | None:
    numbers = column.inference.numbers
    if numbers is None:
        return None
    is_whole = numbers.whole and column.meaning != Meaning.MONEY and numbers.places == 0
    contract: dict[str, Any] = {"type": "money" if column.meaning == Meaning.MONEY else "integer" if is_whole else "decimal"}
    if numbers.decimal is not None and numbers.decimal != writing.decimal:
        contract["decimal"] = numbers.decimal
    if numbers.thousands and numbers.thousands != writing.thousands:
        contract["thousands"] = numbers.thousands
    elif "decimal" in contract and writing.thousands == numbers.decimal:
        contract["thousands"] = ""
    if numbers.currency_sign:
        contract["currency_sign"] = numbers.currency_sign
    if set(numbers.negative) - {"minus"}:
        contract["negative"] = sorted(numbers.negative)
    nothing = [value for value in column.invalid_examples if value.lower() in NO_VALUE]
    if nothing and len(nothing) == len(column.invalid_examples):
        contract["null_values"] = nothing
    return contract


def _key(facts: SourceFacts, roles: Roles, layout: Layout) -> Any:
    """The columns that name a row once; only where the whole was looked at and proves it."""
    if not layout.whole or facts.sample is None:
        return None
    by_name = {column.name: column for column in facts.columns}
    for column in facts.columns:
        if column.meaning == Meaning.ID and column.is_unique and column.complete == 1:
            return column.name
    parts = [name for name in (roles.document, roles.line) if name]
    if len(parts) == 2 and all(by_name[name].complete == 1 for name in parts):  # noqa: PLR2004
        rows = facts.sample.num_rows
        if facts.sample.select(parts).group_by(parts).aggregate([]).num_rows == rows:
            return parts
    return None


def _records(records: Records, columns: Sequence[ColumnProfile]) -> dict[str, Any]:
    """The records of a source: id, kind, attributes, keys."""
    found: dict[str, Any] = {"id": records.id}
    if not records.is_id:
        found["id"] = Said(
            records.id,
            f"The file has no customer number; {records.id} stands for one: two customers that write it alike are taken for one.",
        )
    attributes = _attributes(columns)
    found |= _kind(attributes)
    if attributes:
        found["attributes"] = attributes
    if records.keys:
        found["keys"] = Said(records.keys, "Other sources carry the same number: it makes their records one customer.")
    return found


def _attributes(columns: Sequence[ColumnProfile]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for meaning in _PERSONAL_ATTRIBUTES:
        fitting = [column for column in columns if column.meaning == meaning and column.filled]
        if meaning in (Meaning.FULL_NAME, Meaning.ORGANISATION_NAME):
            fitting = [column for column in fitting if _is_of_customer(column)]
        if fitting:
            found[str(meaning)] = max(fitting, key=lambda column: (round(column.complete, 1), -list(columns).index(column))).name
    house = next((column.name for column in columns if column.meaning == Meaning.HOUSE_NUMBER), None)
    if house and "street" in found:
        found["street"] = (
            [house, found["street"]]
            if [column.name for column in columns].index(house) < [column.name for column in columns].index(found["street"])
            else [found["street"], house]
        )
    if "given_name" in found and "family_name" in found:
        found.pop("full_name", None)
    return found


def _is_of_customer(column: ColumnProfile) -> bool:
    """A name is the customer's unless another thing's name is told by it: product, bank, sales person."""
    strange = {
        "product",
        "item",
        "bank",
        "store",
        "shop",
        "sales",
        "salesperson",
        "rep",
        "agent",
        "owner",
        "campaign",
        "supplier",
        "vendor",
        "brand",
        "file",
        "event",
    }
    return not strange & set(words_of(column.name))


def _kind(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Persons or organisations: told by whose names stand there."""
    organisation = attributes.get("organisation_name")
    person = any(name in attributes for name in ("full_name", "given_name", "family_name", "birth_date", "gender"))
    if organisation is None:
        return {"kind": "person"}
    if not person:
        return {"kind": "organisation"}
    quoted = quoted_name(organisation)
    return {
        "kind": Said(
            Inline({"organisation_when": f"{quoted} is not null and {quoted} <> ''"}),
            "A row with an organisation's name is taken for an organisation.",
        )
    }


def quoted_name(name: str) -> str:
    """A column's name as a predicate writes it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def _currencies(columns: Sequence[ColumnProfile], roles: Roles) -> int:
    return next((column.distinct for column in columns if column.name == roles.currency), 0)


def _postings(
    columns: Sequence[ColumnProfile], roles: Roles, bookings: Bookings, join: Join | None, records: Records | None, questions: list[str]
) -> dict[str, Any]:
    """The dollars that a source's rows move."""
    amounts = {
        each.name: Said(Inline(each.as_config()), each.because) if each.because else Inline(each.as_config()) for each in bookings.amounts
    }
    found: dict[str, Any] = {"amounts": Said(amounts, "\n".join(bookings.notes)) if bookings.notes else amounts}
    if join is not None:
        found["customer"] = Said(
            {"source": join.source, "id": join.column}, f"{join.share:.1%} of the values of {join.column} are {join.id} in {join.source}."
        )
    elif records is not None:
        found["customer"] = {"id": records.id}
    else:
        question = "which column says whose a row is? None was found, so that the dollars belong to no customer."
        questions.append(question)
        found["level"] = Said("corporate", f"QUESTION: {question} When it is known, write customer: {{id: COLUMN}} instead of the level.")
    found["booked_on"] = roles.booked_on
    if roles.currency:
        found["currency"] = roles.currency
    optional = {"document": roles.document, "product": roles.product, "channel": roles.channel, "market": roles.market}
    found |= {name: column for name, column in optional.items() if column is not None}
    if rule := _returns(columns, roles, bookings):
        found["returns"] = Said(Inline({"when": rule}), "Rows that take an earlier sale back.")
    return found


def _returns(columns: Sequence[ColumnProfile], roles: Roles, bookings: Bookings) -> str | None:
    """Negative lines are returns: by quantity where there is one, else by the amount."""
    by_name = {column.name: column for column in columns}
    for name in (roles.quantity, bookings.amounts[0].column):
        numbers = by_name[name].inference.numbers if name else None
        if name and numbers is not None and numbers.lowest is not None and numbers.lowest < 0:
            return f"{quoted_name(name)} < 0"
    return None


def path_in_config(path: Path, folder: Path) -> str:
    """A path as the config writes it: relative to its folder where it can be."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.resolve().as_posix()
