"""Which columns of money are booked on which line: found out by what adds up to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from unequal.sources.assessment import ColumnProfile
from unequal.sources.column_values import as_text
from unequal.sources.roles import GROSS, NET, Roles
from unequal.sources.vocabulary import words_of
from unequal.sources.written_numbers import floats_of
from unequal.terms.lines import Line

_HOLDS_ON: Final = 0.95
_FEWEST: Final = 5
_CENT: Final = 0.0101
_ROWS: Final = 20_000


@dataclass(frozen=True)
class Booking:
    """One amount of a posting, and why it is booked so."""

    name: str
    column: str
    line: Line
    times: str | None = None
    negate: bool = False
    because: str = ""

    def as_config(self) -> dict[str, Any]:
        """As the config writes it."""
        optional = {"times": self.times} if self.times else {}
        return {"column": self.column, "line": str(self.line), **optional, **({"negate": True} if self.negate else {})}


@dataclass
class Bookings:
    """The amounts of a posting, what was left out and why, and what only the user can say."""

    amounts: list[Booking] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


class Sums:
    """The numbers of a sample, as floats: they decide what is booked, and are never booked themselves."""

    def __init__(self, columns: Sequence[ColumnProfile], sample: Any) -> None:
        self._profiles = {column.name: column for column in columns}
        self._sample = sample.slice(0, _ROWS)
        self._known: dict[str, np.ndarray] = {}

    def of(self, name: str) -> np.ndarray:
        """The numbers of a column; NaN where there is none."""
        if name not in self._known:
            numbers = self._profiles[name].inference.numbers
            text = as_text(self._sample[name])
            self._known[name] = floats_of(text, numbers) if numbers is not None else np.full(len(self._sample), np.nan)
        return self._known[name]

    def equal(self, left: np.ndarray, right: np.ndarray, *, where: np.ndarray | None = None) -> bool:
        """Whether two sums agree to a cent on nearly all rows that have both, and are no constants.

        `where` keeps to the rows that can tell: those with a discount, where a discount is in question.
        """
        both = ~(np.isnan(left) | np.isnan(right))
        if where is not None:
            both &= where
        if both.sum() < _FEWEST or len(np.unique(left[both])) < _FEWEST // 2:
            return False
        near = np.abs(left[both] - right[both]) <= _CENT + 1e-4 * np.abs(left[both])
        return bool(near.mean() >= _HOLDS_ON)

    def is_negative(self, name: str) -> bool:
        """Whether a column is written with the sign of a deduction."""
        numbers = self.of(name)
        return bool(np.nansum(numbers < 0) > np.nansum(numbers > 0))

    def is_zero(self, name: str) -> bool:
        """Whether a column never moves."""
        return not np.nansum(np.abs(self.of(name)))


def bookings_of(columns: Sequence[ColumnProfile], roles: Roles, sample: Any) -> Bookings:
    """What is booked of a file's money, and on which line."""
    sums, result = Sums(columns, sample), Bookings()
    sales = _sales(roles, sums, result)
    if sales is None:
        return result
    result.amounts.append(sales)
    _discount(roles, sums, result, sales)
    _tax(roles, sums, result, sales)
    _refund(roles, sums, result)
    _cost(roles, sums, result, sales)
    _freight(roles, sums, result, sales)
    return result


def _lines_worth(roles: Roles, sums: Sums) -> np.ndarray | None:
    """Quantity times unit price, where the file has both."""
    price = roles.first("unit_price")
    return sums.of(price) * sums.of(roles.quantity) if price and roles.quantity else None


def _discounts(roles: Roles, sums: Sums) -> np.ndarray | float:
    name = roles.first("discount")
    return np.nan_to_num(np.abs(sums.of(name))) if name else 0.0


def _sales(roles: Roles, sums: Sums, result: Bookings) -> Booking | None:
    totals, price, worth = list(roles.money.get("total", ())), roles.first("unit_price"), _lines_worth(roles, sums)
    if not totals:
        if price is None:
            return None
        if roles.quantity:
            return Booking(
                "sales",
                price,
                Line.LIST_REVENUE,
                roles.quantity,
                because="There is no total: a line is worth its quantity times its price.",
            )
        result.questions.append(f"Is {price} the price of the whole line? There is no quantity to multiply it with.")
        return Booking("sales", price, Line.LIST_REVENUE)
    chosen, because = _total(totals, roles, sums, worth)
    for other in totals:
        if other != chosen:
            result.notes.append(f"{other} is money too, and not booked: {chosen} already says what the row is worth.")
    return Booking("sales", chosen, Line.LIST_REVENUE, because=because)


def _total(totals: Sequence[str], roles: Roles, sums: Sums, worth: np.ndarray | None) -> tuple[str, str]:
    """The column of sales without tax: told by its name, by tax that makes up the difference, or by its place in the list."""
    tax, freight = roles.first("tax"), roles.first("freight")
    for net in totals if tax else ():
        for gross in totals:
            extra = sums.of(tax or "") + (np.nan_to_num(sums.of(freight)) if freight else 0.0)
            if net != gross and (
                sums.equal(sums.of(net) + sums.of(tax or ""), sums.of(gross)) or sums.equal(sums.of(net) + extra, sums.of(gross))
            ):
                return net, f"{net} and {tax} add up to {gross}: it is the one without tax."
    for name in totals:
        if NET & set(words_of(name)):
            return name, "By its name, it is without tax."
    if worth is not None:
        for name in totals:
            if sums.equal(sums.of(name), worth - _discounts(roles, sums)):
                return name, "It is quantity times price, less the discount." if roles.first("discount") else "It is quantity times price."
    return totals[0], ""


def _discount(roles: Roles, sums: Sums, result: Bookings, sales: Booking) -> None:
    name = roles.first("discount")
    if name is None or sums.is_zero(name):
        return
    worth, given = _lines_worth(roles, sums), np.nan_to_num(sums.of(name)) != 0
    if sales.times or (worth is not None and sums.equal(sums.of(sales.column), worth, where=given)):
        result.amounts.append(
            Booking(
                "discount",
                name,
                Line.ON_INVOICE_DISCOUNT,
                negate=not sums.is_negative(name),
                because="Sales are booked before the discount.",
            )
        )
    elif worth is not None and sums.equal(sums.of(sales.column), worth - _discounts(roles, sums), where=given):
        result.notes.append(f"{name} is already taken off in {sales.column}, so it is not booked again.")
    else:
        result.questions.append(
            f"Is {name} already taken off in {sales.column}? It is taken to be, and not booked; if not, book it on on_invoice_discount."
        )


def _tax(roles: Roles, sums: Sums, result: Bookings, sales: Booking) -> None:
    """Tax is the state's: what of it is inside the sales is taken out again."""
    name = roles.first("tax")
    if name is None or sums.is_zero(name):
        return
    if sales.times or sales.because.startswith(("By its name", f"{sales.column} and")):
        result.notes.append(f"{name} is tax: it is not the company's, and not booked.")
        return
    worth, total, taxed = _lines_worth(roles, sums), sums.of(sales.column), np.nan_to_num(sums.of(name)) != 0
    if worth is not None and sums.equal(total, worth - _discounts(roles, sums), where=taxed):
        result.notes.append(f"{name} is on top of {sales.column}, so it is not booked.")
        return
    proved = worth is not None and sums.equal(total, worth - _discounts(roles, sums) + np.nan_to_num(sums.of(name)), where=taxed)
    if not proved and not GROSS & set(words_of(sales.column)):
        result.questions.append(
            f"Is {name} inside {sales.column}? It is taken to be on top of it; if it is inside, book it on list_revenue with negate: true."
        )
        return
    because = f"{sales.column} is quantity times price and {name}: tax is taken out again."
    if not proved:
        because = f"{sales.column} is taken to include {name}, which is not the company's."
        result.questions.append(
            f"Does {sales.column} include {name}? It is taken to, and the tax is taken out; if not, delete the amount tax."
        )
    result.amounts.append(Booking("tax", name, Line.LIST_REVENUE, negate=not sums.is_negative(name), because=because))


def _refund(roles: Roles, sums: Sums, result: Bookings) -> None:
    name = roles.first("refund")
    if name is not None and not sums.is_zero(name):
        result.amounts.append(Booking("refunds", name, Line.RETURNS, negate=not sums.is_negative(name), because="Money given back."))


def _cost(roles: Roles, sums: Sums, result: Bookings, sales: Booking) -> None:
    cost, unit, profit = roles.first("cost"), roles.first("unit_cost"), roles.first("profit")
    if cost is not None and not sums.is_zero(cost):
        result.amounts.append(
            Booking("cost", cost, Line.COST_OF_GOODS, negate=not sums.is_negative(cost), because="Costs are negative in the ledger.")
        )
    elif unit is not None and roles.quantity:
        result.amounts.append(
            Booking(
                "cost",
                unit,
                Line.COST_OF_GOODS,
                roles.quantity,
                negate=not sums.is_negative(unit),
                because="What a unit costs, times the quantity.",
            )
        )
    elif profit is not None and not sales.times:
        result.amounts += [
            Booking(
                "cost",
                sales.column,
                Line.COST_OF_GOODS,
                negate=True,
                because=f"The file has no cost but {profit}: sales less profit is what the goods cost.",
            ),
            Booking("profit", profit, Line.COST_OF_GOODS),
        ]
        result.questions.append(f"Is {profit} sales less the cost of goods? The cost of goods is booked as the difference.")


def _freight(roles: Roles, sums: Sums, result: Bookings, sales: Booking) -> None:
    name = roles.first("freight")
    if name is None or sums.is_zero(name):
        return
    totals: Mapping[str, np.ndarray] = {each: sums.of(each) for each in roles.money.get("total", ()) if each != sales.column}
    tax = roles.first("tax")
    base = sums.of(sales.column) if not sales.times else sums.of(sales.column) * sums.of(sales.times)
    charged = base + np.nan_to_num(sums.of(name)) + (np.nan_to_num(sums.of(tax)) if tax else 0.0)
    if any(sums.equal(charged, total) for total in totals.values()):
        result.notes.append(
            f"{name} is charged to the customer on top of {sales.column}; what it costs the company is not in this file, so it is not booked."
        )
        return
    result.amounts.append(
        Booking("freight", name, Line.FREIGHT, negate=not sums.is_negative(name), because=f"{name} is taken to be what the company pays.")
    )
    result.questions.append(f"Is {name} what the company pays? If the customer pays it on top, book it on list_revenue without negate.")
