"""What serving customers takes: minutes by activity and month, capacity, and the general ledger that pays for it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo import parameters as planted
from unequal.demo.books import LINES
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Bools, Floats, Ints, filled, texts
from unequal.demo.ink import Ink
from unequal.demo.text_files import amount, whole
from unequal.demo.tickets import COMPANY_CAUSED, Tickets
from unequal.demo.timeline import MONTHS, company_day, first_day_of_month, month_of, written

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
        visited = company_day(cell.sessions.day, cell.sessions.second)
        self._events("host_visit", visited[visited >= 0])
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


def write_service(ink: Ink, cell: Cell) -> None:
    """The truth of one cell: minutes that each activity took for each person and organisation, as an accountant could know them.

    A ticket is the caller's, and a failure of the company's where the agent wrote so down.
    """
    orders, lines, tickets = cell.bought.orders, cell.lines, cell.tickets
    sold, of_line = lines.credited_on == NOBODY, orders.customer[lines.order]
    users, visited = cell.registers["web"].person, company_day(cell.sessions.day, cell.sessions.second)
    known = (cell.sessions.user != NOBODY) & (visited >= 0)
    payer = cell.services.payer[cell.invoices.service]
    who: dict[str, Ints] = {
        "take_order": orders.customer, "pick_line": of_line[sold], "deliver": orders.customer[orders.channel != 1], "handle_return": of_line[~sold],
        "bill": payer, "chase_payment": payer[cell.invoices.written_off_on != NOBODY], "open_account": cell.registers["shop"].person,
        "host_visit": users[cell.sessions.user[known]],
    }  # fmt: skip
    count = len(cell.customers)
    for name, customers in who.items():
        events = np.bincount(customers[customers != NOBODY], minlength=count)
        _tell_service(ink, cell, name, (events * planted.ACTIVITIES[name]).astype(np.float64), np.zeros(count))
    ours = np.isin(tickets.recorded, COMPANY_CAUSED)
    for channel, name in enumerate(("phone_call", "chat", "email")):
        wished, failed = (tickets.channel == channel) & ~ours, (tickets.channel == channel) & ours
        minutes, failure_minutes = (_minutes(tickets, rows, count) for rows in (wished, failed))
        _tell_service(ink, cell, name, minutes, failure_minutes)


def _minutes(tickets: Tickets, rows: Bools, count: int) -> Floats:
    """Minutes of some tickets by the position of the caller."""
    found: Floats = np.zeros(count)
    np.add.at(found, tickets.caller[rows], tickets.handle_seconds[rows] / 60)
    return found


def _tell_service(ink: Ink, cell: Cell, activity: str, minutes: Floats, failure_minutes: Floats) -> None:
    rows = np.flatnonzero((minutes > 0) | (failure_minutes > 0))
    ink.truth("service_time", {
        "customer_id": cell.entity_ids[rows], "activity": filled(activity, len(rows)), "minutes": _array(minutes[rows]),
        "failure_minutes": _array(failure_minutes[rows]),
    })  # fmt: skip


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
