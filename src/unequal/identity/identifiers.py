"""Records counted, in the order that decides every tie."""

from __future__ import annotations

from collections.abc import Sequence

import ibis


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
