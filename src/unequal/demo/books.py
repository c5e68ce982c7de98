"""The true books: what every amount in the inputs adds up to, kept while the inputs are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo import currencies
from unequal.demo.columns import Arrow, Bools, Ints, Texts, filled
from unequal.demo.timeline import MONTHS, month_of

LINES: Final = (
    "list_revenue", "on_invoice_discount", "off_invoice_discount", "returns", "cost_of_goods", "freight", "acquisition", "retention",
    "credit_loss", "other",
)  # fmt: skip
CUSTOMERS: Final = "customers"
COUNTED_ONCE: Final = "counted_once"

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Posted:
    """Amounts of one column, one row each: signed, in units of 0.0001 of the row's currency."""

    line: Ints
    customer: Ints
    units: Ints
    currency: Ints
    day: Ints
    bucket: Texts

    def taken(self, rows: Bools) -> Posted:
        """Some of the rows."""
        return Posted(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


class Books:
    """Sums by source, amount, line, currency and bucket; and by customer and line in US dollars.

    Units are 0.0001. A bucket is `customers`, a reason for being unassigned, `counted_once` or `quarantined`.
    """

    def __init__(self) -> None:
        self._units: dict[_Key, int] = defaultdict(int)
        self._dollars: dict[_Key, int] = defaultdict(int)
        self._rows: dict[_Key, int] = defaultdict(int)
        self.of_customer: Ints = np.zeros((0, len(LINES)), dtype=np.int64)
        self.of_month: Ints = np.zeros((len(LINES), MONTHS), dtype=np.int64)
        """US dollars by line and month, whoever they belong to; nothing counted twice."""

    def open_cell(self, customers: int) -> None:
        """Start the customers of a new cell at zero."""
        self.of_customer = np.zeros((customers, len(LINES)), dtype=np.int64)

    def post(self, source: str, name: str, posted: Posted) -> None:
        """Book the signed amounts of one column of a source."""
        dollars = currencies.in_dollars(posted.units, posted.currency, posted.day)
        for bucket in sorted(set(posted.bucket.tolist())):
            rows = np.equal(posted.bucket, bucket).astype(np.bool_)
            if bucket != COUNTED_ONCE:
                np.add.at(self.of_month, (posted.line[rows], month_of(posted.day[rows])), dollars[rows])
            if bucket == CUSTOMERS:
                np.add.at(self.of_customer, (posted.customer[rows], posted.line[rows]), dollars[rows])
            for line, currency in np.unique(np.stack([posted.line[rows], posted.currency[rows]]), axis=1).T.tolist():
                chosen = rows & (posted.line == line) & (posted.currency == currency)
                key = (source, name, LINES[line], currencies.CODES[currency], bucket)
                self._units[key] += int(posted.units[chosen].sum())
                self._dollars[key] += int(dollars[chosen].sum())
                self._rows[key] += int(chosen.sum())

    def table(self) -> pa.Table:
        """The sums: source, amount_name, line, currency, bucket, rows, original and US dollars."""
        keys = sorted(self._units)
        names = ("source", "amount_name", "line", "currency", "bucket")
        columns: dict[str, Arrow] = {name: pa.array([key[place] for key in keys], pa.string()) for place, name in enumerate(names)}
        columns["rows"] = pa.array([self._rows[key] for key in keys], pa.int64())
        columns["original"] = money([self._units[key] for key in keys])
        columns["amount"] = money([self._dollars[key] for key in keys])
        return pa.table(columns)


def of_customers(line: str, customer: Ints, units: Ints, currency: Ints, day: Ints) -> Posted:
    """Amounts that all belong to customers, on one line."""
    rows = len(units)
    return Posted(np.full(rows, LINES.index(line)), customer, units, currency, day, filled(CUSTOMERS, rows))


def money(units: Ints | list[int]) -> Arrow:
    """Units of 0.0001 as DECIMAL(28,4), exactly: two 64-bit words each, the upper one the sign."""
    numbers = np.asarray(units, dtype=np.int64)
    words = np.stack([numbers, numbers >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(28, 4), len(numbers), [None, pa.py_buffer(words.tobytes())])
