"""What records say of their persons and organisations: given, and normalised as far as SQL can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Final, Literal

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity import emails, names, phones, placeholders, texts
from unequal.identity.records import described_rows
from unequal.terms.texts import trimmed

Meaning = Literal["email", "phone", "tax_id", "code", "day", "name", "text"]

_MEANING: Final[dict[str, Meaning]] = {
    "email": "email", "phone": "phone", "tax_id": "tax_id", "birth_date": "day",
    "given_name": "name", "family_name": "name", "full_name": "name", "organisation_name": "name", "title": "name", "suffix": "name",
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
    """

    plan: phones.NumberingPlan | None = None
    region: str | None = None
    codes: frozenset[str] = frozenset()
    own_placeholders: tuple[str, ...] = ()

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


def normalising_of(project: config.Project) -> Normalising:
    """What normalising must know, from the config."""
    keys = {key for source in project.sources.values() if source.records for key in source.records.keys}
    # A key that is called email is one still.
    codes = frozenset({*keys, *project.identity.identifiers} - _MEANING.keys())
    region = project.default_region
    return Normalising(phones.numbering_plan(region) if region else None, region, codes, project.identity.placeholders)


def attributes_of(rows: ibis.Table, name: str, source: config.Source, normalising: Normalising) -> ibis.Table:
    """The attributes and declared keys on the records of a source.

    Args:
        rows: the source's accepted rows; several may carry one record.
        name: the source's name.
        source: its section of the config, with `records`.
        normalising: see Normalising.

    Returns:
        PERSON_ATTRIBUTE and `parsed`: each distinct given value once per record and attribute, the
        latest ranked 1 (without observed_at, the first in the order of its bytes). Where `parsed`
        is false the value needs Python; `steps.gather` sees to it. Empty values have no row.

    Raises:
        IdentityError: as records_of.
    """
    declared = source.records
    columns = {} if declared is None else {**declared.attributes, **declared.keys}
    # Attributes are numbered, so that no attribute's name can meet another column's.
    values = {f"value_{at}": _given(rows, column) for at, column in enumerate(columns.values())}
    described = described_rows(rows, name, source, normalising.own_placeholders, values)
    once = described.group_by("record_id", "is_organisation", *values).aggregate(observed_at=described.observed_at.max())
    parts = [
        normalised_in_sql(_of_one(once, name, attribute, once[column]), normalising.meaning(attribute), normalising)
        for column, attribute in zip(values, columns, strict=True)
    ]
    return reduce(lambda all_, part: all_.union(part), parts) if parts else _none(described, name)


def ranked(attributes: ibis.Table) -> ibis.Table:
    """PERSON_ATTRIBUTE with its ranks: the latest value of an attribute on a record is 1, ties by bytes."""
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


def _none(described: ibis.Table, name: str) -> ibis.Table:
    """No rows, of the columns that there would be."""
    nothing = described.select("record_id", "is_organisation", "observed_at").limit(0)
    return normalised_in_sql(_of_one(nothing, name, "", nothing.record_id), "text", Normalising())


def _of_one(once: ibis.Table, name: str, attribute: str, value: ir.StringValue) -> ibis.Table:
    present = once.filter(trimmed(value) != "")
    grouped = present.group_by(record_id=present.record_id, value_given=present[value.get_name()]).aggregate(
        observed_at=present.observed_at.max(), organisation=present.is_organisation.cast("int8").max()
    )
    always = attribute in _OF_PERSONS_ONLY
    return grouped.select(
        source=ibis.literal(name),
        record_id=grouped.record_id,
        attribute=ibis.literal(attribute),
        value_given=grouped.value_given,
        observed_at=grouped.observed_at.cast("timestamp(6)"),
        personal=ibis.literal(True) if always else grouped.organisation == 0,
    )


def normalised_in_sql(values: ibis.Table, meaning: Meaning, normalising: Normalising) -> ibis.Table:
    """Values with what SQL makes of them.

    Args:
        values: value_given, and whatever else.
        meaning: what the values are.
        normalising: see Normalising.

    Returns:
        The same rows with value_normalised, flag and `parsed`; what is not parsed is still to be read by Python.
    """
    given = values.value_given
    found = _in_sql(meaning, given, normalising)
    placeholder = _is_placeholder(meaning, given, found, normalising)
    # A phone that SQL finds nothing in may still be one; any other plain value is settled.
    settled = placeholder | found.notnull() if meaning == "phone" else ibis.literal(True)
    return values.mutate(
        value_normalised=placeholder.ifelse(None, found),
        flag=ibis.cases((placeholder, "placeholder"), (found.isnull(), "not_valid"), else_=None),
        parsed=texts.is_plain(given) & settled,
    )


def _in_sql(meaning: Meaning, given: ir.StringValue, normalising: Normalising) -> ir.StringValue:
    """What a plain value comes to; null where it is not valid."""
    if meaning == "phone":
        return phones.phone_in_sql(given, normalising.plan)
    by_meaning = {
        "email": emails.email_in_sql, "tax_id": texts.tax_id_in_sql, "code": texts.code_in_sql, "day": texts.day_in_sql,
        "name": names.name_in_sql, "text": texts.folded_in_sql,
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
        return known | own.fill_null(False) | given.re_replace("[^0-9]", "").re_search(placeholders.PHONE)
    if meaning == "tax_id":
        return known | given.re_replace(placeholders.PUNCTUATION, "").re_search(placeholders.TAX_ID)
    pattern = {"email": placeholders.EMAIL, "day": texts.NO_DAY}.get(meaning)
    return known if pattern is None else known | trimmed(given).lower().re_search(pattern)
