"""What serving the customers of AdventureWorks costs, worked out from its files apart from everything that is tested."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

ORGANISATION_OF_TERRITORY = {1: 4, 2: 3, 3: 5, 4: 7, 5: 6, 6: 8, 7: 11, 8: 12, 9: 13}
"""The United Kingdom, territory 10, has no organisation in the books."""
HEAD_MINUTES, SHIFT_MINUTES = 7_680, 288

Row = dict[str, Any]


@dataclass
class Pool:
    """What a pool cost and could do, and what its activities took: by month, in exact dollars and minutes."""

    cost: dict[date, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    capacity: dict[date, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    minutes: dict[str, dict[date, Fraction]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Fraction)))

    def charged(self, activity: str) -> Fraction:
        """What an activity is charged with over all months."""
        return sum((minutes * self.rate(month) for month, minutes in self.minutes[activity].items()), Fraction(0))

    def rate(self, month: date) -> Fraction:
        """Dollars a minute: over practical capacity, or over what was worked where that is more."""
        used = sum((by_month[month] for by_month in self.minutes.values()), Fraction(0))
        minutes = max(self.capacity[month], used)
        return self.cost[month] / minutes if minutes else Fraction(0)

    @property
    def idle(self) -> Fraction:
        """What nobody is charged with."""
        return sum(self.cost.values(), Fraction(0)) - sum((self.charged(name) for name in list(self.minutes)), Fraction(0))


def rows_of(data: Path, table: str, *columns: str) -> list[Row]:
    """The rows of one file."""
    rows: list[Row] = pq.read_table(data / "adventureworks_dw" / f"{table}.parquet", columns=list(columns)).to_pylist()
    return rows


def dollars(amount: Any) -> Fraction:
    """A stored amount as it was meant: the books keep cents in binary numbers."""
    return Fraction(round(D(repr(amount)), 4) if isinstance(amount, float) else amount)


def month_of_period(first: Any) -> date:
    """The month in which the fifteenth day of a period of the books lies."""
    return (first.date() + timedelta(days=14)).replace(day=1)


def actual(data: Path) -> list[Row]:
    """The rows of the books that are actual, each with the account's number and the month of its period."""
    codes = {
        row["AccountKey"]: row["AccountCodeAlternateKey"] for row in rows_of(data, "DimAccount", "AccountKey", "AccountCodeAlternateKey")
    }
    rows = rows_of(data, "FactFinance", "AccountKey", "OrganizationKey", "DepartmentGroupKey", "ScenarioKey", "Date", "Amount")
    return [
        {**row, "code": codes[row["AccountKey"]], "month": month_of_period(row["Date"]), "dollars": dollars(row["Amount"])}
        for row in rows
        if row["ScenarioKey"] == 1
    ]


def pools(data: Path) -> dict[str, Pool]:
    """The warehouse, the sales department and the call centre."""
    found = {"warehouse": Pool(), "sales_department": Pool(), "call_centre": Pool()}
    books = actual(data)
    for row in books:
        name = {3: "warehouse", 7: "sales_department"}.get(row["DepartmentGroupKey"])
        if name and 6000 <= row["code"] < 7000 and row["code"] != 6860:
            found[name].cost[row["month"]] += row["dollars"]
        if name and row["code"] == 9510:
            found[name].capacity[row["month"]] += row["dollars"] * HEAD_MINUTES
    _orders(data, found)
    _stock(data, found["warehouse"])
    _calls(data, found["call_centre"], books)
    return found


def _orders(data: Path, found: dict[str, Pool]) -> None:
    warehouse, sellers = found["warehouse"].minutes, found["sales_department"].minutes
    for channel, table, packing in (("internet", "FactInternetSales", 8), ("reseller", "FactResellerSales", 20)):
        for row in rows_of(data, table, "ShipDate", "SalesOrderLineNumber", "OrderQuantity"):
            month, first = row["ShipDate"].date().replace(day=1), row["SalesOrderLineNumber"] == 1
            warehouse[f"pick_{channel}_line"][month] += 3 + Fraction(row["OrderQuantity"], 2)
            warehouse[f"pack_{channel}_order"][month] += packing * first
            if channel == "reseller":
                sellers["write_reseller_line"][month] += 2
                sellers["sell_to_reseller"][month] += 60 * first


def _stock(data: Path, warehouse: Pool) -> None:
    for row in rows_of(data, "FactProductInventory", "MovementDate", "UnitsIn"):
        if row["UnitsIn"] > 0:
            warehouse.minutes["put_away"][row["MovementDate"].replace(day=1)] += 10 + Fraction(row["UnitsIn"], 2)


def _calls(data: Path, centre: Pool, books: list[Row]) -> None:
    may = date(2014, 5, 1)
    telephone = [row["dollars"] for row in books if row["code"] == 6610 and row["DepartmentGroupKey"] == 6 and row["month"].year == 2013]
    centre.cost[may] = Fraction(round(D(float(sum(telephone, Fraction(0)) / 12)), 2))
    for row in rows_of(data, "FactCallCenter", "LevelOneOperators", "LevelTwoOperators", "Calls", "AverageTimePerIssue"):
        centre.capacity[may] += (row["LevelOneOperators"] + row["LevelTwoOperators"]) * SHIFT_MINUTES
        centre.minutes["answer_calls"][may] += Fraction(row["Calls"] * row["AverageTimePerIssue"], 60)


def commissions(data: Path) -> tuple[dict[str, Fraction], Fraction]:
    """What each reseller's sales cost in commissions, and what no line of its territory and month shares."""
    paid: dict[tuple[int, date], Fraction] = defaultdict(Fraction)
    for row in actual(data):
        if row["code"] == 6100:
            paid[row["OrganizationKey"], row["month"]] += row["dollars"]
    sold: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    for row in rows_of(data, "FactResellerSales", "SalesTerritoryKey", "ShipDate", "ResellerKey", "SalesAmount"):
        if organisation := ORGANISATION_OF_TERRITORY.get(row["SalesTerritoryKey"]):
            sold[organisation, row["ShipDate"].date().replace(day=1)][str(row["ResellerKey"])] += row["SalesAmount"]
    found: dict[str, Fraction] = defaultdict(Fraction)
    for place, cost in paid.items():
        whole = sum(sold[place].values(), D(0))
        for reseller, amount in sold[place].items():
            found[reseller] += cost * Fraction(amount) / Fraction(whole)
    return found, sum((cost for place, cost in paid.items() if not sold[place]), Fraction(0))


def of_the_trade(data: Path) -> dict[str, Fraction]:
    """What the markets' organisations spend in department 6 on telephone, travel and marketing."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for row in actual(data):
        for name, first, last in (("telephone", 6610, 6610), ("travel", 6200, 6240), ("marketing", 6300, 6310)):
            if first <= row["code"] <= last and row["DepartmentGroupKey"] == 6:
                found[name] += row["dollars"]
    return found
