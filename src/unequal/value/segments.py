"""Into which segments customers fall: each kind of segment parts the whole base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.ledger import is_real_customer
from unequal.terms.lines import Line

KINDS: Final = ("all", "kind", "band", "began", "channel", "market")
"""Kinds of segment in the order in which they are shown: the whole base, and what parts it."""
_NOT_KNOWN: Final = "not known"


def numbered(customers: ibis.Table, bands: ibis.Table) -> ibis.Table:
    """The customers in a fixed order, each with its number from 0: customer_id, kind, band (absent where nothing is booked), number int64.

    Args:
        customers: CUSTOMER.
        bands: BAND.
    """
    known = customers.select("customer_id", "kind").left_join(bands.select("customer_id", "band"), "customer_id")
    order = ibis.window(order_by=[known["customer_id"]])
    return known.select("customer_id", "kind", "band", number=ibis.row_number().over(order).cast("int64"))


def beginnings(entries: ibis.Table) -> ibis.Table:
    """How each customer began: customer_id, first_day (of a sale), channel and market of the first sale.

    Of several sales of the first day the one whose entry_id sorts first is meant.

    Args:
        entries: ENTRY.
    """
    sales = entries.filter(is_real_customer(entries["customer_id"]), entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0)
    at = sales["booked_on"].cast("string").concat(sales["entry_id"])
    return sales.group_by("customer_id").aggregate(
        first_day=sales["booked_on"].min(),
        channel=sales["channel"].fill_null("").argmin(at),
        market=sales["market"].fill_null("").argmin(at),
    )


@dataclass(frozen=True)
class Segments:
    """The segments of n customers.

    Args:
        names: kind and name of each segment, by its number.
        of: n x kinds: numbers of the segments in which each customer is.
    """

    names: tuple[tuple[str, str], ...]
    of: Any


def segments_of(rows: pa.Table) -> Segments:
    """Segments of customers, numbered over all kinds; kinds in which all are alike, beside the whole base, are left out.

    Args:
        rows: a row a customer: kind, band, first_day, channel, market; values may be absent.
    """
    names: list[tuple[str, str]] = [("all", "all")]
    columns = [np.zeros(rows.num_rows, dtype=np.int64)]
    years = np.asarray(rows["first_day"].to_numpy(zero_copy_only=False)).astype("datetime64[Y]").astype(str)
    texts = {
        "kind": rows["kind"],
        "band": rows["band"],
        "began": pa.array(np.where(years == "NaT", _NOT_KNOWN, years)),
        "channel": rows["channel"],
        "market": rows["market"],
    }
    for kind, given in texts.items():
        values = np.asarray(given.to_numpy(zero_copy_only=False), dtype=object)
        known, codes = np.unique(np.where((values == None) | (values == ""), _NOT_KNOWN, values).astype(str), return_inverse=True)  # noqa: E711 - an array
        if len(known) > 1:
            columns.append(codes.ravel() + len(names))
            names += [(kind, str(value)) for value in known]
    return Segments(tuple(names), np.stack(columns, axis=1))
