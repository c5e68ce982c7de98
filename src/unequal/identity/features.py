"""What of each record is compared: its best values, read into names, addresses and the like.

In steps, so that nothing is read twice: the best values of each record side by side, what SQL cuts and reads of them, and
then the features, with what Python read of the few values that SQL left (featuring.parsed_features).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity import name_order, plain_features
from unequal.identity.emails import misspelt_email
from unequal.identity.feature_tables import FEATURES, OTHER_VALUES
from unequal.identity.featuring import PARTS

AS_THEY_ARE: Final = ("birth_date", "email", "phone", "tax_id")
_OF_SEVERAL: Final = (
    "given", "family", "organisation", "birth_date", "email", "phone", "tax_id", "house_number", "street", "unit", "postcode", "city", "region", "country",
)  # fmt: skip
"""Features of which a record may have other values."""


@dataclass(frozen=True)
class Wanted:
    """What a project's records may say.

    Args:
        known: attributes that Unequal knows the meaning of.
        keys: declared keys.
        own: attributes of the project's own, but for protected ones.
    """

    known: tuple[str, ...]
    keys: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def passed_on(self) -> dict[str, str]:
        """Columns that are compared as they are normalised: column, and its attribute."""
        plain = {name: name for name in self.known if name in AS_THEY_ARE}
        return {**plain, **{f"key_{name}": name for name in self.keys}, **{f"own_{name}": name for name in self.own}}

    @property
    def read(self) -> tuple[str, ...]:
        """Attributes that are read into parts."""
        return tuple(name for name in PARTS if name in self.known or (name == "organisation_name" and "full_name" in self.known))

    def tells(self, feature: str) -> bool:
        """Whether any attribute can tell a feature."""
        return feature in self.passed_on or not set(TOLD_BY.get(feature, ())).isdisjoint(self.read)


def wanted_of(project: config.Project, source: config.Source | None = None) -> Wanted:
    """What the records of a project, or of one source, may say, from the config."""
    declared = [one.records for one in project.sources.values() if one.records]
    of_source = declared if source is None else [source.records] if source.records else []
    mapped = {name for records in of_source for name in records.attributes}
    # What is a key in one source is one in all, also where it is mapped as an attribute.
    keys = {name for records in declared for name in records.keys} & (mapped | {name for records in of_source for name in records.keys})
    own = {name for name, attribute in project.attributes.items() if not attribute.protected} | set(project.identity.identifiers)
    known = {*PARTS, *AS_THEY_ARE}
    return Wanted(tuple(sorted((mapped | keys) & known)), tuple(sorted(keys - known)), tuple(sorted(mapped & own - known)))


def best_values(numbered: ibis.Table, attributes: ibis.Table, wanted: Wanted, *, others: bool = False) -> ibis.Table:
    """The best valid value of each attribute of each record, side by side; an e-mail that is none but for a slip counts too.

    Args:
        numbered: RECORD and number.
        attributes: PERSON_ATTRIBUTE.
        wanted: see Wanted.
        others: the values of rank 2 and on instead: a row for each record and rank.

    Returns:
        number, source, kind, and a column for each attribute; null where it has no valid value.
    """
    columns = {**wanted.passed_on, **{name: name for name in PARTS if name in wanted.known}}
    # An address with a slip of the hand in its very form leads nowhere, and yet it is like the right one.
    value = ibis.coalesce(attributes.value_normalised, misspelt_email(attributes.attribute, attributes.value_given, attributes.flag))
    wanted_ones = attributes.mutate(value=value).filter(attributes.attribute.isin(sorted(set(columns.values()))), value.notnull())
    records = numbered.select("number", "source", "record_id", "kind")
    named = wanted_ones.select("source", "record_id", "attribute", place=wanted_ones["rank"], value=wanted_ones["value"])
    named = named.filter(named.place > 1) if others else named
    best = {column: named.value.argmin(named.place, where=named.attribute == name) for column, name in columns.items()}
    by = ["source", "record_id", "place"] if others else ["source", "record_id"]
    grouped = named.group_by(by).aggregate(**best)
    joined = records.join(grouped, ["source", "record_id"], how="inner" if others else "left")
    return joined.select("number", "source", "kind", *columns)


def has_others(attributes: ibis.Table) -> ibis.Table:
    """Values of rank 2 and on, one of them if there is any."""
    return attributes.filter(attributes["rank"] > 1, attributes.value_normalised.notnull()).select("rank").limit(1)


def left_to_python(values: ibis.Table, wanted: Wanted, family_first: Sequence[str] = ()) -> ibis.Table:
    """What read_in_sql(cut_in_sql(...)) has where SQL reads nothing: for few values Python is done before a query is compiled."""
    columns: dict[str, ir.Value] = {name: values[name] for name in ("number", "source", "kind", *wanted.passed_on)}
    columns |= {f"rest_{name}": _value_of(values, name, wanted, family_first) for name in wanted.read}
    return values.select(**columns)


def cut_in_sql(values: ibis.Table, wanted: Wanted, family_first: Sequence[str] = ()) -> ibis.Table:
    """Values with their pieces: run apart from what looks at them, or engines cut each piece anew at every look.

    Args:
        values: see best_values.
        wanted: see Wanted.
        family_first: sources whose whole names stand so, see name_order.

    Returns:
        number, source, kind, the columns that are passed on, and cut_ATTRIBUTE_PIECE.
    """
    columns: dict[str, ir.Value] = {name: values[name] for name in ("number", "source", "kind", *wanted.passed_on)}
    for name in wanted.read:
        value = _value_of(values, name, wanted, family_first)
        columns |= {f"cut_{name}_{piece}": found for piece, found in plain_features.pieces_of(name, value).items()}
    return values.select(**columns)


def read_in_sql(cut: ibis.Table, wanted: Wanted) -> ibis.Table:
    """Values with what SQL reads of them.

    Args:
        cut: see cut_in_sql.
        wanted: see Wanted.

    Returns:
        number, source, kind, the columns that are passed on; and for each attribute that is read: rest_ATTRIBUTE, the
        value where Python has to read it, else null, and ATTRIBUTE_PART for each part that SQL reads, good where rest is null.
    """
    columns: dict[str, ir.Value] = {name: cut[name] for name in ("number", "source", "kind", *wanted.passed_on)}
    for name in wanted.read:
        pieces = {piece: cut[f"cut_{name}_{piece}"] for piece in ("value", *plain_features.PIECES.get(name, {}))}
        found = plain_features.READ[name](pieces)
        columns[f"rest_{name}"] = found.settled.ifelse(None, pieces["value"])
        columns |= {f"{name}_{part}": told for part, told in found.parts.items()}
    return cut.select(**columns)


def left_over(read: ibis.Table, wanted: Wanted) -> ibis.Table:
    """The distinct values that Python has to read: attribute, value."""
    parts = []
    for name in wanted.read:
        rest = read.filter(read[f"rest_{name}"].notnull())
        parts.append(rest.select(attribute=ibis.literal(name), value=rest[f"rest_{name}"]).distinct())
    if not parts:
        return read.limit(0).select(attribute=read.source, value=read.source)
    return reduce(lambda all_, part: all_.union(part), parts)


def features_of(read: ibis.Table, parsed: ibis.Table, wanted: Wanted, attributes: Collection[str]) -> ibis.Table:
    """FEATURES: what SQL read, with what Python read of the rest.

    Args:
        read: see read_in_sql.
        parsed: featuring.PARSED_PARTS of what was left over.
        wanted: see Wanted.
        attributes: those of which anything was left over.

    Returns:
        FEATURES, key_NAME and own_NAME; a row for each row of `read`.
    """
    whole = read
    for name in attributes:
        found = parsed.filter(parsed.attribute == name)
        named = found.select(**{f"of_{name}": found.value, **{f"parsed_{name}_{part}": found[part] for part in PARTS[name]}})
        whole = whole.left_join(named, whole[f"rest_{name}"] == named[f"of_{name}"])
    told = {
        feature: _told(whole, feature, wanted)
        for feature in FEATURES.names
        if feature not in {"number", "source", "kind", "given", "family"}
    }
    told |= _names(whole, wanted)
    columns = {name: told.get(name, whole[name] if name in whole.columns else None) for name in FEATURES.names}
    passed_on = {name: whole[name] for name in wanted.passed_on if name not in FEATURES.names}
    return whole.select(**{name: value.cast(FEATURES.types.get(name, "string")) for name, value in {**columns, **passed_on}.items()})


def other_values_of(others: ibis.Table, features: ibis.Table, wanted: Wanted) -> ibis.Table:
    """OTHER_VALUES: what records say beside their best values.

    Args:
        others: FEATURES of the values of rank 2 and on, several rows a record.
        features: FEATURES.
        wanted: see Wanted.
    """
    parts = []
    for name in filter(wanted.tells, _OF_SEVERAL):
        kept = others.filter(others[name].notnull())
        same = features.select(best_of=features.number, best=features[name])
        other = kept.anti_join(same, [kept.number == same.best_of, kept[name] == same.best])
        parts.append(other.select(number=other.number, feature=ibis.literal(name), value=other[name]))
    if not parts:
        return others.limit(0).select("number", feature=others.source, value=others.source)
    return reduce(lambda all_, part: all_.union(part), parts).distinct().select(*OTHER_VALUES.names)


def _value_of(values: ibis.Table, name: str, wanted: Wanted, family_first: Sequence[str]) -> ir.StringValue:
    """A value where it is meant for the record's kind: an organisation is called by its name, or by the full one."""
    of_persons = values.kind == "person"
    if name == "full_name" and family_first:
        of_order = values.source.isin(family_first).ifelse(name_order.turned(values[name]), values[name])
        return of_persons.ifelse(of_order, None)
    if name in {"given_name", "family_name", "full_name", "suffix"}:
        return of_persons.ifelse(values[name], None)
    if name != "organisation_name":
        return values[name]
    names = [values[one] for one in ("organisation_name", "full_name") if one in wanted.known]
    return of_persons.ifelse(None, ibis.coalesce(*names))


TOLD_BY: Final[dict[str, tuple[str, ...]]] = {
    "given": ("given_name", "full_name"), "family": ("family_name", "full_name"),
    "generation": ("suffix", "family_name", "given_name", "full_name"), "organisation": ("organisation_name",), "legal_form": ("organisation_name",),
    "house_number": ("street", "address"), "street": ("street", "address"), "unit": ("unit", "street", "address"),
    "postcode": ("postcode", "address"), "city": ("city", "address"), "region": ("region", "address"), "country": ("country", "address"),
    "gender": ("gender",),
}  # fmt: skip
"""The attributes that tell a feature; the first that does is believed."""


def _told(whole: ibis.Table, feature: str, wanted: Wanted) -> ir.StringValue:
    if feature in wanted.passed_on:
        return whole[feature]
    parts = [_part(whole, name, feature) for name in TOLD_BY.get(feature, ()) if name in wanted.read]
    return ibis.coalesce(*parts) if parts else ibis.null("string")


def _part(whole: ibis.Table, name: str, part: str) -> ir.StringValue:
    """A part of an attribute, whichever half read it."""
    nothing: ir.StringValue = ibis.null("string")
    parsed: ir.StringValue = whole[f"parsed_{name}_{part}"] if f"parsed_{name}_{part}" in whole.columns else nothing
    if f"{name}_{part}" not in whole.columns:
        return parsed
    either: ir.StringValue = whole[f"rest_{name}"].isnull().ifelse(whole[f"{name}_{part}"], parsed)
    return either


def _names(whole: ibis.Table, wanted: Wanted) -> dict[str, ir.StringValue]:
    """Given and family name, as names.name_of has them: separate fields win, and the whole name fills what they leave."""

    def one(name: str, part: str) -> ir.StringValue:
        return _part(whole, name, part) if name in wanted.read else ibis.null("string")

    given = ibis.coalesce(one("given_name", "given"), one("full_name", "given"))
    same = (given == one("full_name", "given")).fill_null(True)
    family = ibis.coalesce(one("family_name", "family"), same.ifelse(one("full_name", "family"), None))
    ending = ibis.literal(" ") + family
    both = given.endswith(ending).fill_null(False)
    return {"given": both.ifelse(given.substr(0, given.length() - ending.length()), given), "family": family}
