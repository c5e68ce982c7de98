"""What serving customers takes: minutes by activity and month, capacity, and the general ledger that pays for it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo import parameters as planted
from unequal.demo.books import LINES
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Floats, Ints, filled, texts
from unequal.demo.ink import Ink
from unequal.demo.text_files import amount, whole
from unequal.demo.tickets import COMPANY_CAUSED
from unequal.demo.timeline import MONTHS, first_day_of_month, month_of, written

ACTIVITIES: Final = tuple(planted.ACTIVITIES)
LEDGER_COLUMNS: Final = "account,name,activity,month,currency,amount"
CAPACITY_COLUMNS: Final = "activity,month,practical_minutes,cost_level"
ACCOUNT_OF_LINE: Final = {
    "list_revenue": ("4000", "Sales"), "on_invoice_discount": ("4100", "Discounts"), "off_invoice_discount": ("4150", "Goodwill"),
    "returns": ("4200", "Returns"), "cost_of_goods": ("5000", "Cost of goods"), "freight": ("5100", "Freight"),
    "acquisition": ("6800", "Acquisition"), "retention": ("6850", "Retention"), "credit_loss": ("6900", "Credit losses"), "other": ("6950", "Bank charges"),
}  # fmt: skip
UNEXPLAINED: Final = {("freight", 33): -41_873_300, ("returns", 38): 12_504_100, ("cost_of_goods", 22): -97_310_000}
"""Where the general ledger does not agree with the detail: line and month, units of 0.0001 US dollar at default size."""
CORPORATE: Final = {"7000": ("Head office", 4_600_000_000), "7100": ("Board and audit", 900_000_000)}
"""Monthly at default size; no customer causes them."""
DEFAULT_PERSONS: Final = 20_000


class Capacity:
    """Minutes used, by activity and month, added up cell by cell."""

    def __init__(self) -> None:
        self.minutes: Floats = np.zeros((len(ACTIVITIES), MONTHS))
        self.failures: Floats = np.zeros(MONTHS)
        """Of these, minutes of calls that the company's own failures caused."""

    def add(self, cell: Cell) -> None:
        """The minutes of one cell's events."""
        orders, lines, tickets = cell.bought.orders, cell.lines, cell.tickets
        sold = lines.credited_on == NOBODY
        self._events("take_order", orders.day)
        self._events("pick_line", orders.day[lines.order[sold]])
        self._events("deliver", orders.day[orders.channel != 1])
        self._events("handle_return", lines.credited_on[~sold])
        self._events("bill", cell.invoices.day)
        self._events("chase_payment", cell.invoices.written_off_on[cell.invoices.written_off_on != NOBODY])
        self._events("open_account", cell.registers["shop"].created_on)
        self._events("host_visit", cell.sessions.day)
        minutes = tickets.handle_seconds / 60
        for channel, name in enumerate(("phone_call", "chat", "email")):
            rows = tickets.channel == channel
            np.add.at(self.minutes[ACTIVITIES.index(name)], month_of(tickets.day[rows]), minutes[rows])
        rows = np.isin(tickets.reason, COMPANY_CAUSED)
        np.add.at(self.failures, month_of(tickets.day[rows]), minutes[rows])

    def _events(self, activity: str, days: Ints) -> None:
        counts = np.bincount(month_of(days), minlength=MONTHS)[:MONTHS]
        self.minutes[ACTIVITIES.index(activity)] += counts * planted.ACTIVITIES[activity]

    def practical(self) -> Ints:
        """Capacity by activity and month: set for each year from its own mean, never below what was used."""
        years = self.minutes.reshape(len(ACTIVITIES), -1, 12)
        share = np.array([planted.CAPACITY_USED[name] for name in ACTIVITIES])
        wanted = np.maximum(np.repeat(years.mean(axis=2) / share[:, None], 12, axis=1), self.minutes)
        whole_hours: Ints = np.ceil(wanted / 60).astype(np.int64) * 60
        return whole_hours


def write_costs(ink: Ink, capacity: Capacity) -> None:
    """The general ledger, practical capacities, and the truth of what was used and what stood idle."""
    practical = capacity.practical()
    months = np.tile(np.arange(MONTHS), len(ACTIVITIES))
    activity = texts(list(ACTIVITIES))[np.repeat(np.arange(len(ACTIVITIES)), MONTHS)]
    month = written(first_day_of_month(months), "%Y-%m-%d")
    rate = np.array([planted.ACTIVITY_RATES[name] for name in ACTIVITIES])
    cost = (practical * rate[:, None] * 100).ravel()
    ink.text("office/capacities.csv", CAPACITY_COLUMNS).table(
        [activity, month, whole(practical.ravel()), filled("order", len(months))], ","
    )
    account = texts([str(6000 + 10 * number) for number in np.repeat(np.arange(len(ACTIVITIES)), MONTHS).tolist()])
    ledger = ink.text("office/general_ledger.csv", LEDGER_COLUMNS)
    ledger.table([account, texts([f"Pool {name}" for name in activity]), activity, month, filled("USD", len(months)), amount(-cost)], ",")
    _write_lines(ink)
    used = np.round(capacity.minutes, 4).ravel()
    ink.truth("capacity", {
        "activity": activity, "month": month, "practical_minutes": practical.ravel(), "used_minutes": _array(used),
        "minutes_for_one": _array(np.array([planted.ACTIVITIES[name] for name in activity])),
        "cents_a_minute": np.array([planted.ACTIVITY_RATES[name] for name in activity]),
    })  # fmt: skip
    first = written(first_day_of_month(np.arange(MONTHS)), "%Y-%m-%d")
    ink.truth("failure_minutes", {"month": first, "minutes": _array(capacity.failures)})


def _array(values: Floats) -> Arrow:
    return pa.array(values)


def _write_lines(ink: Ink) -> None:
    """Accounts that repeat the detail, but for the places where they do not; and corporate costs."""
    scale = ink.world.persons / DEFAULT_PERSONS
    ledger = ink.text("office/general_ledger.csv", LEDGER_COLUMNS)
    months = written(first_day_of_month(np.arange(MONTHS)), "%Y-%m-%d")
    none, dollars = filled("", MONTHS), filled("USD", MONTHS)
    for line, (account, name) in ACCOUNT_OF_LINE.items():
        units = ink.books.of_month[LINES.index(line)].copy()
        for (where, month), off in UNEXPLAINED.items():
            if where == line:
                units[month] += round(off * scale / 100) * 100
        ledger.table([filled(account, MONTHS), filled(name, MONTHS), none, months, dollars, amount(units, digits=4)], ",")
    for account, (name, units) in CORPORATE.items():
        cost = np.full(MONTHS, -round(units * scale / 100) * 100)
        ledger.table([filled(account, MONTHS), filled(name, MONTHS), none, months, dollars, amount(cost, digits=4)], ",")
    off_lines = list(UNEXPLAINED)
    ink.truth("unexplained", {
        "account": texts([ACCOUNT_OF_LINE[line][0] for line, _month in off_lines]), "line": texts([line for line, _month in off_lines]),
        "month": written(first_day_of_month(np.array([month for _line, month in off_lines])), "%Y-%m-%d"),
        "amount_units": np.array([round(off * scale / 100) * 100 for off in UNEXPLAINED.values()]),
    })  # fmt: skip
