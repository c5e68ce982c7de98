"""What records say of their persons and organisations: given, and normalised as far as SQL can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Final, Literal

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity import days, emails, names, phones, placeholders, texts
from unequal.identity.records import described_rows
from unequal.identity.rules import rule_holds
from unequal.terms import placeholder_words
from unequal.terms.placeholder_words import PUNCTUATION
from unequal.terms.texts import trimmed

Meaning = Literal["email", "phone", "tax_id", "code", "day", "name", "whole_name", "text"]

_MEANING: Final[dict[str, Meaning]] = {
    "email": "email", "phone": "phone", "tax_id": "tax_id", "birth_date": "day",
    "given_name": "name", "family_name": "name", "full_name": "whole_name", "organisation_name": "name", "title": "name", "suffix": "name",
}  # fmt: skip
_OF_PERSONS_ONLY: Final = ("given_name", "family_name", "full_name", "title", "suffix", "email", "phone", "birth_date", "gender")
"""Personal even on an organisation's record, where they name the one who answers for it."""

PARSED: Final = "parsed"
"""The column that says whether SQL has settled a value; the rest goes to Python, once per distinct value."""


@dataclass(frozen=True)
class Normalising:
    """What normalising must know of a project.

    Args:
        plan: the default region's numbering plan; None where the config names no region.
        region: its ISO 3166 code.
        codes: attributes that are keys of applications, whose case and marks are kept.
        own_placeholders: the project's own, beside the known ones.
        day_first: whether 12/11/1978 is in November; see days.is_day_first.
    """

    plan: phones.NumberingPlan | None = None
    region: str | None = None
    codes: frozenset[str] = frozenset()
    own_placeholders: tuple[str, ...] = ()
    day_first: bool = True

    @cached_property
    def words(self) -> frozenset[str]:
        """Every placeholder, in lower case."""
        return placeholders.words_with(self.own_placeholders)

    @cached_property
    def own_placeholders_as_phones(self) -> tuple[str, ...]:
        """The project's own placeholders that are phone numbers, however they are written."""
        found = [phones.phone(value, self.region) for value in self.own_placeholders]
        return tuple(sorted(value for value in found if value is not None))

    def meaning(self, attribute: str) -> Meaning:
        """How values of an attribute are normalised."""
        return "code" if attribute in self.codes else _MEANING.get(attribute, "text")


def normalising_of(project: config.Project, source: config.Source | None = None) -> Normalising:
    """What normalising must know, from the config: a source may have a default region of its own."""
    keys = {key for one in project.sources.values() if one.records for key in one.records.keys}
    # A key that is called email is one still.
    codes = frozenset({*keys, *project.identity.identifiers} - _MEANING.keys())
    region = (source.default_region if source else None) or project.default_region
    plan = phones.numbering_plan(region) if region else None
    return Normalising(plan, region, codes, project.identity.placeholders, days.is_day_first(region))


def said_of(rows: ibis.Table, name: str, source: config.Source, own_placeholders: Sequence[str]) -> ibis.Table:
    """The rows of a source as records.described_rows has them, with what each says.

    Args:
        rows: the source's accepted rows; several may carry one record.
        name: the source's name.
        source: its section of the config, with `records`.
        own_placeholders: see records.described_rows.

    Returns:
        Described rows with value_AT for each attribute and declared key, in the order of the config, and verified_AT where
        the source has a rule for it.

    Raises:
        IdentityError: as records_of.
    """
    declared = source.records
    rules = {} if declared is None else declared.verified
    # Attributes are numbered, so that no attribute's name can meet another column's.
    values: dict[str, ir.Value] = {f"value_{at}": _given(rows, column) for at, column in enumerate(_columns(source).values())}
    verified = {attribute: _verified(rows, name, attribute, rule) for attribute, rule in rules.items()}
    flags = {f"verified_{at}": verified[attribute] for at, attribute in enumerate(_columns(source)) if attribute in verified}
    return described_rows(rows, name, source, own_placeholders, {**values, **flags})


def once_of(said: ibis.Table) -> ibis.Table:
    """Rows that say the same of one record made one, as those of an order's lines are."""
    values = [column for column in said.columns if column.startswith("value_")]
    flags = {column: said[column].max() for column in said.columns if column.startswith("verified_")}
    return said.group_by("record_id", "is_organisation", *values).aggregate(observed_at=said.observed_at.max(), **flags)


def attributes_from(
    said: ibis.Table, name: str, source: config.Source, normalising: Normalising, *, alone: bool = False, in_sql: bool = True
) -> ibis.Table:
    """The attributes and declared keys on the records of a source.

    Args:
        said: see said_of, or once_of.
        name: the source's name.
        source: its section of the config, with `records`.
        normalising: see Normalising.
        alone: whether each record has one row, so that none says two values.
        in_sql: whether SQL normalises at all: for few values Python is done before the query is compiled.

    Returns:
        Each distinct given value once per record and attribute, looked at; empty values have no row. `judged` makes it
        PERSON_ATTRIBUTE without rank, and `parsed`: where that is false the value needs Python; `steps.gather` sees to it.
    """
    parts = []
    for at, attribute in enumerate(_columns(source)):
        of_one = _of_one(said, name, attribute, at, alone=alone)
        parts.append(looked_at(of_one, normalising.meaning(attribute), normalising) if in_sql else _not_looked_at(of_one))
    return reduce(lambda all_, part: all_.union(part), parts) if parts else _none(said, name)


def attributes_of(rows: ibis.Table, name: str, source: config.Source, normalising: Normalising) -> ibis.Table:
    """PERSON_ATTRIBUTE without rank, and `parsed`, of a source's rows; in one query."""
    return judged(attributes_from(once_of(said_of(rows, name, source, normalising.own_placeholders)), name, source, normalising))


def ranked(attributes: ibis.Table, *, alone: bool = False) -> ibis.Table:
    """PERSON_ATTRIBUTE with its ranks: the latest value of an attribute on a record is 1, ties by bytes.

    Args:
        attributes: see attributes_from.
        alone: whether no record has two values of an attribute.
    """
    if alone:
        return attributes.mutate(rank=ibis.literal(1, "int64"))
    latest = ibis.window(
        group_by=["source", "record_id", "attribute"],
        order_by=[attributes.observed_at.desc(nulls_first=False), attributes.value_given],
    )
    return attributes.mutate(rank=(ibis.row_number().over(latest) + 1).cast("int64"))


def identifiers_of(project: config.Project) -> Sequence[str]:
    """The attributes that link records: those the config lists, and every declared key."""
    keys = {key for source in project.sources.values() if source.records for key in source.records.keys}
    return sorted({*project.identity.identifiers, *keys})


def _given(rows: ibis.Table, columns: str | Sequence[str]) -> ir.StringValue:
    parts = [rows[column].cast("string") for column in ([columns] if isinstance(columns, str) else columns)]
    if len(parts) == 1:
        return parts[0]
    filled = [trimmed(part).nullif("") for part in parts]
    return ibis.literal(" ").join(filled)


def _verified(rows: ibis.Table, name: str, attribute: str, rule: str) -> ir.IntegerValue:
    """1 where the source says that a row's value was verified, 0 where it does not."""
    return rule_holds(rule, rows, where=f"sources.{name}.records.verified.{attribute}").cast("int8")


def _columns(source: config.Source) -> Mapping[str, str | Sequence[str]]:
    """Columns by the attribute or key that they hold."""
    return {} if source.records is None else {**source.records.attributes, **source.records.keys}


def _none(said: ibis.Table, name: str) -> ibis.Table:
    """No rows, of the columns that there would be."""
    nothing = said.limit(0).mutate(value_0=said.record_id)
    return _not_looked_at(_of_one(nothing, name, "", 0, alone=True))


def _of_one(said: ibis.Table, name: str, attribute: str, at: int, *, alone: bool) -> ibis.Table:
    """One attribute's given values."""
    verified = said[f"verified_{at}"] if f"verified_{at}" in said.columns else ibis.null("int8")
    columns = {"record_id": said.record_id, "value_given": said[f"value_{at}"], "observed_at": said.observed_at}
    # A value of blanks alone says nothing.
    found = said.filter(said[f"value_{at}"].re_search(r"\S")).select(
        **columns, organisation=said.is_organisation.cast("int8"), verified=verified
    )
    if not alone:
        found = found.group_by("record_id", "value_given").aggregate(
            observed_at=found.observed_at.max(), organisation=found.organisation.max(), verified=found.verified.max()
        )
    return found.select(
        source=ibis.literal(name),
        record_id=found.record_id,
        attribute=ibis.literal(attribute),
        value_given=found.value_given,
        observed_at=found.observed_at.cast("timestamp(6)"),
        personal=ibis.literal(True) if attribute in _OF_PERSONS_ONLY else found.organisation == 0,
        verified=found.verified == 1,
    )


def _not_looked_at(values: ibis.Table) -> ibis.Table:
    """Values that Python is to normalise."""
    no = ibis.literal(False)
    return values.mutate(found_value=ibis.null("string"), is_placeholder=no, is_plain=no, is_settled_so=no)


def normalised_in_sql(values: ibis.Table, meaning: Meaning, normalising: Normalising) -> ibis.Table:
    """Values with what SQL makes of them, in one query.

    Args:
        values: value_given, and whatever else.
        meaning: what the values are.
        normalising: see Normalising.

    Returns:
        The same rows with value_normalised, flag and `parsed`; what is not parsed is still to be read by Python.
    """
    return judged(looked_at(values, meaning, normalising))


def looked_at(values: ibis.Table, meaning: Meaning, normalising: Normalising) -> ibis.Table:
    """The first half of normalised_in_sql, run apart: engines look anew at every mention within a query.

    Returns:
        The same rows with found_value; is_placeholder, is_plain and is_settled_so, which says whether a value in which
        nothing is found is none.
    """
    given = values.value_given
    found = _in_sql(meaning, given, normalising)
    return values.mutate(
        found_value=found, is_placeholder=_is_placeholder(meaning, given, found, normalising), is_plain=texts.is_plain(given),
        # A phone or a day that SQL finds nothing in may still be one; any other plain value is settled.
        is_settled_so=ibis.literal(meaning not in {"phone", "day"}),
    )  # fmt: skip


def judged(looked: ibis.Table) -> ibis.Table:
    """The second half of normalised_in_sql."""
    told = looked.mutate(
        value_normalised=looked.is_placeholder.ifelse(None, looked.found_value),
        flag=ibis.cases((looked.is_placeholder, "placeholder"), (looked.found_value.isnull(), "not_valid"), else_=None),
        **{PARSED: looked.is_plain & (looked.is_settled_so | looked.is_placeholder | looked.found_value.notnull())},
    )
    return told.drop("found_value", "is_placeholder", "is_plain", "is_settled_so")


def _in_sql(meaning: Meaning, given: ir.StringValue, normalising: Normalising) -> ir.StringValue:
    """What a plain value comes to; null where it is not valid."""
    if meaning == "phone":
        return phones.phone_in_sql(given, normalising.plan)
    by_meaning = {
        "email": emails.email_in_sql, "tax_id": texts.tax_id_in_sql, "code": texts.code_in_sql, "day": days.day_in_sql,
        "name": names.name_in_sql, "whole_name": names.name_in_sql, "text": texts.folded_in_sql,
    }  # fmt: skip
    return by_meaning[meaning](given)


def _is_placeholder(meaning: Meaning, given: ir.StringValue, found: ir.StringValue, normalising: Normalising) -> ir.BooleanValue:
    """Whether a plain value says that there is none; told from the given value where that will do, so that the query stays short."""
    if meaning == "text":
        return ibis.literal(False)
    if meaning == "code":
        return placeholders.is_placeholder_code(given, normalising.words)
    known = placeholders.is_word(given, normalising.words)
    if meaning == "phone":
        own = found.isin(normalising.own_placeholders_as_phones) if normalising.own_placeholders_as_phones else ibis.literal(False)
        return known | own.fill_null(False) | given.re_replace("[^0-9]", "").re_search(placeholder_words.PHONE)
    if meaning == "tax_id":
        return known | given.re_replace(PUNCTUATION, "").re_search(placeholder_words.TAX_ID)
    if meaning == "day":
        # Of days written otherwise, as 25/12/1978 is, the first digits are no year.
        return known | (given.re_search(days.YEAR_FIRST) & trimmed(given).re_search(days.NO_DAY))
    return known | trimmed(given).lower().re_search(placeholder_words.EMAIL) if meaning == "email" else known
