"""Which records share an identifier, and which identifiers too many share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis

from unequal.identity.tables import SHARED_IDENTIFIER

PARTNERS: Final = 50
"""Each record is compared with so many of the first that hold the same value: a cap set high costs no square."""


def numbered(records: ibis.Table) -> ibis.Table:
    """Records counted from 0 in the order of their bytes: the order that decides every tie.

    Returns:
        RECORD and `number` int64.
    """
    return records.mutate(number=ibis.row_number().over(ibis.window(order_by=[records.source, records.record_id])).cast("int64"))


def identifier_values(records: ibis.Table, attributes: ibis.Table, identifiers: Sequence[str]) -> ibis.Table:
    """The identifiers on records that may link: those of test accounts do not.

    Args:
        records: numbered RECORD.
        attributes: PERSON_ATTRIBUTE.
        identifiers: names of attributes.

    Returns:
        number int64, identifier, value; each once.
    """
    valid = attributes.filter(attributes.attribute.isin(list(identifiers)), attributes.value_normalised.notnull())
    real = records.filter(~records.is_test)
    joined = valid.join(real, ["source", "record_id"]).select(number=real.number, identifier=valid.attribute, value=valid.value_normalised)
    return joined.distinct()


def holders(values: ibis.Table) -> ibis.Table:
    """How many records hold each value: identifier, value, records int64, first int64 (the lowest number)."""
    return values.group_by("identifier", "value").aggregate(records=values.count(), first=values.number.min())


def shared_identifiers(held: ibis.Table, records: ibis.Table, *, at_most: int) -> ibis.Table:
    """Values on more records than `at_most`, by live count.

    Args:
        held: see holders.
        records: numbered RECORD.

    Returns:
        SHARED_IDENTIFIER. The value is named by the first record that carries it: values about
        persons, hashed ones too, stand only in person_attribute.
    """
    over = held.filter(held.records > at_most)
    named = over.join(records, over.first == records.number)
    return named.select(
        identifier=over.identifier, source=records.source, record_id=records.record_id, records=over.records.cast("int64"),
        reason=ibis.literal("over_cap"),
    ).select(*SHARED_IDENTIFIER.names)  # fmt: skip


def candidate_links(values: ibis.Table, held: ibis.Table, *, at_most: int) -> ibis.Table:
    """Pairs of records that share a value which few enough hold.

    Returns:
        a int64 < b int64 (numbers of records), identifier; each once.
    """
    linking = held.filter(held.records > 1, held.records <= at_most).select("identifier", "value")
    kept = values.join(linking, ["identifier", "value"]).select("number", "identifier", "value")
    in_turn = ibis.window(group_by=["identifier", "value"], order_by="number")
    placed = kept.mutate(place=ibis.row_number().over(in_turn).cast("int64"))
    first = placed.filter(placed.place < PARTNERS).select(a="number", identifier="identifier", value="value")
    pairs = first.join(kept, [first.identifier == kept.identifier, first.value == kept.value, first.a < kept.number])
    return pairs.select(a=first.a, b=kept.number, identifier=first.identifier).distinct()


def guarding_values(records: ibis.Table, attributes: ibis.Table, links: ibis.Table) -> ibis.Table:
    """What can tell two linked records apart: the latest birth date and names of every record on a link.

    Returns:
        number int64, birth_date, given_name, family_name, full_name, suffix, organisation_name; normalised, null where not known.
    """
    linked = links.select(number="a").union(links.select(number="b")).distinct()
    concerned = records.semi_join(linked, "number").select("number", "source", "record_id")
    known = attributes.filter(attributes.attribute.isin(list(GUARDS)), attributes.value_normalised.notnull())
    best = known.mutate(place=ibis.row_number().over(ibis.window(group_by=["source", "record_id", "attribute"], order_by="rank")))
    latest = best.filter(best.place == 0)
    joined = concerned.join(latest, ["source", "record_id"], how="left").select("number", "attribute", "value_normalised")
    columns = {name: (joined.attribute == name).ifelse(joined.value_normalised, None).max() for name in GUARDS}
    return joined.group_by("number").aggregate(**columns)


GUARDS: Final = ("birth_date", "given_name", "family_name", "full_name", "suffix", "organisation_name")
"""Attributes that tell persons, or organisations, apart who share an e-mail or a phone."""
