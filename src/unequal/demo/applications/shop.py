"""The order application: semicolons, decimal commas, days first; one extract a year, of which two overlap."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo import currencies, products
from unequal.demo.applications.bad_rows import spoil_lines
from unequal.demo.applications.labels import firm_labels, mailing_labels, tell_others, tell_persons
from unequal.demo.baskets import CREDIT, FEE, SALE, order_currency, return_freight
from unequal.demo.books import COUNTED_ONCE, CUSTOMERS, LINES, Posted
from unequal.demo.campaigns import CODES as CAMPAIGN_CODES
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Bools, Ints, Texts, filled, texts
from unequal.demo.contact_points import phones_as
from unequal.demo.ink import Ink
from unequal.demo.purchases import CHANNELS, FAILURES
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.registers import NUMBERS_A_CELL, record_on
from unequal.demo.text_files import Cells, amount, whole
from unequal.demo.timeline import MONTHS, YEARS, first_day_of_month, month_of, written
from unequal.demo.words import towns

DAY: Final = "%d.%m.%Y"
OVERLAP: Final = (2023, 2024)
"""The extract of the second year also holds December of the first."""
TESTS: Final = 12
CUSTOMER_COLUMNS: Final = (
    "customer_no;customer_type;name;company_name;email;phone;street;unit;postcode;city;region;country;loyalty_no;created_on;changed_on"
)
ORDER_COLUMNS: Final = (
    "order_no;order_date;customer_no;contact_no;channel;campaign_code;currency;freight_cost;delivery;promised_on;delivered_on"
)
LINE_COLUMNS: Final = (
    "order_no;line_no;order_date;customer_no;line_type;product_code;quantity;unit_price;discount;unit_cost;currency;original_order"
)
ORDERS_A_CELL: Final = 400_000
_RULES: Final = {
    products.POSTAGE: "freight",
    products.EXPRESS: "freight",
    products.GOODWILL: "off_invoice_discount",
    products.CARD_FEE: "other",
}


def write(ink: Ink, cell: Cell) -> None:
    """Customers, orders and lines of one cell."""
    chance = generator(ink.world.seed, cell.number, "shop")
    people_ids, firm_ids = cell.registers["shop"].ids("{:08d}"), firm_numbers(cell)
    _write_customers(ink, cell, chance, people_ids, firm_ids)
    customer_no, bucket = _customer_numbers(cell, chance, people_ids, firm_ids)
    order_no = order_numbers(cell)
    credit_rows = np.flatnonzero(cell.lines.credited_on != NOBODY)
    credit_no = _order_numbers(cell, "C", len(credit_rows), 200_000)
    _write_orders(ink, cell, order_no, customer_no, bucket, credit_rows, credit_no)
    _write_lines(ink, cell, order_no, customer_no, bucket, credit_rows, credit_no)


def firm_numbers(cell: Cell) -> Texts:
    """The shop's customer numbers of the cell's organisations."""
    numbers = scattered(cell.number * NUMBERS_A_CELL + 50_000 + np.arange(len(cell.firms)), 10_000_019)
    return texts([f"{number:08d}" for number in numbers.tolist()])


def order_numbers(cell: Cell) -> Texts:
    """The numbers of the cell's orders."""
    return _order_numbers(cell, "A", len(cell.bought.orders), 0)


def _order_numbers(cell: Cell, letter: str, count: int, start: int) -> Texts:
    numbers = scattered((cell.number * ORDERS_A_CELL + start + np.arange(count)) % 10**8, 31)
    return texts([f"{letter}{number:08d}" for number in numbers.tolist()])


def _write_customers(ink: Ink, cell: Cell, chance: np.random.Generator, people_ids: Texts, firm_ids: Texts) -> None:
    register = cell.registers["shop"]
    seen, gender = register.seen, cell.people.households.gender
    loyalty = _loyalty_numbers(cell, chance, register.person, register.created_on)
    file = ink.text("shop/customers.csv", CUSTOMER_COLUMNS)
    rows = len(register)
    changed = np.where(happens(chance, rows, 0.02), "01.01.1970", written(register.changed_on, DAY))
    file.table(
        [people_ids, filled("P", rows), mailing_labels(chance, seen, gender), filled("", rows), seen.email, phones_as(1, seen.phone),
         seen.street, seen.unit, seen.postcode, seen.city, seen.region, seen.country, loyalty, written(register.created_on, DAY), changed], ";",
    )  # fmt: skip
    tell_persons(ink, cell, "shop_customers", people_ids, register)
    firms, all_firms = cell.firms, np.arange(len(cell.firms))
    where, none = firms.addresses, filled("", len(firms))
    joined = cell.customers.joined_on[len(cell.people) :]
    mail = texts([f"orders@{domain}" for domain in firms.domain])
    city, region, country = _towns(where.town)
    file.table(
        [firm_ids, filled("B", len(firms)), none, firm_labels(chance, cell, all_firms), mail, phones_as(1, firms.phone), where.street,
         where.unit, where.postcode, city, region, country, none, written(joined, DAY), written(joined, DAY)], ";",
    )  # fmt: skip
    tell_others(ink, "shop_customers", firm_ids, "organisation", cell.entity_ids[len(cell.people) :], joined)
    if cell.number == 0:
        _write_tests(ink)


def _towns(town: Ints) -> tuple[Texts, Texts, Texts]:
    places = towns()
    return places.city[town], places.region[town], places.country[town]


def _write_tests(ink: Ink) -> None:
    """Accounts that the company's own testers made."""
    ids = _test_ids()
    same = [
        filled(value, TESTS)
        for value in (
            "P",
            "Test Tester",
            "",
            "qa@meridian-test.example",
            "555-555-5555",
            "1 Test Street",
            "",
            "43200",
            "Columbus",
            "OH",
            "US",
            "",
        )
    ]
    days = filled("03.01.2022", TESTS)
    ink.text("shop/customers.csv").table([ids, *same, days, days], ";")
    tell_others(ink, "shop_customers", ids, "test", texts([f"T{number:03d}" for number in range(TESTS)]), np.full(TESTS, 2))


def _test_ids() -> Texts:
    return texts([f"TEST{number:04d}" for number in range(1, TESTS + 1)])


def _loyalty_numbers(cell: Cell, chance: np.random.Generator, person: Ints, day: Ints) -> Texts:
    """The loyalty number on some shop records: a declared key."""
    members = cell.registers["loyalty"]
    of_person = filled("", len(cell.people))
    of_person[members.person] = members.ids("M{:08d}")
    del day
    return np.where(happens(chance, len(person), 0.55), of_person[person], "")


def _customer_numbers(cell: Cell, chance: np.random.Generator, people_ids: Texts, firm_ids: Texts) -> tuple[Texts, Texts]:
    """The customer number written on each order, and the bucket its dollars belong to."""
    orders, persons = cell.bought.orders, len(cell.people)
    is_person = (orders.customer != NOBODY) & (orders.customer < persons)
    row = record_on(cell.registers["shop"], np.where(is_person, orders.customer, NOBODY), orders.day, persons)
    firm = np.where(orders.customer >= persons, orders.customer - persons, 0)
    numbers = np.where(is_person, people_ids[np.maximum(row, 0)], firm_ids[firm])
    bucket = filled(CUSTOMERS, len(orders))
    counter = np.flatnonzero(orders.customer == NOBODY)
    numbers[counter], bucket[counter] = "", "no_customer_id"
    drawn = chance.random(len(counter))
    lost, tests = counter[drawn < 0.02], counter[(drawn > 0.97) & (cell.number == 0)]
    numbers[lost] = texts([f"99{number:06d}" for number in chance.integers(0, 10**6, len(lost)).tolist()])
    bucket[lost] = "unknown_customer"
    numbers[tests], bucket[tests] = _test_ids()[np.arange(len(tests)) % TESTS], "test_account"
    return numbers, bucket


def _write_orders(ink: Ink, cell: Cell, order_no: Texts, customer_no: Texts, bucket: Texts, credit_rows: Ints, credit_no: Texts) -> None:
    """Order and credit note headers: channel, campaign, freight and how the delivery went."""
    orders, lines = cell.bought.orders, cell.lines
    origin = lines.order[credit_rows]
    currency = order_currency(cell.customers, orders)
    freight = np.r_[cell.freight, return_freight(orders.taken(origin), currency[origin])]
    day = np.r_[orders.day, lines.credited_on[credit_rows]]
    of_order = np.r_[np.arange(len(orders)), origin]
    contact = _contacts(cell)[np.maximum(orders.customer, 0)]
    contact = np.where(orders.customer == NOBODY, "", contact)
    code = np.where(orders.campaign == NOBODY, "", CAMPAIGN_CODES[np.maximum(orders.campaign, 0)])
    sent, is_credit = freight > 0, np.arange(len(day)) >= len(orders)
    failure = np.where(is_credit, 0, orders.failure[of_order])
    promised, late = day + 4, np.where(failure == 1, 5, -1)
    state = texts(["ok", *FAILURES[1:]])[failure]
    numbers = np.r_[order_no, credit_no]
    columns = [
        numbers, written(day, DAY), customer_no[of_order], contact[of_order], CHANNELS[orders.channel[of_order]], code[of_order],
        texts(list(currencies.CODES))[currency[of_order]], amount(freight, mark=","), state,
        np.where(sent, written(promised, DAY), ""), np.where(sent, written(promised + late, DAY), ""),
    ]  # fmt: skip
    _by_year(ink, "shop/orders", ORDER_COLUMNS, columns, day)
    line = np.full(len(day), LINES.index("freight"))
    _post(ink, "orders", "freight", Posted(line, orders.customer[of_order], -freight, currency[of_order], day, bucket[of_order]))


def _contacts(cell: Cell) -> Texts:
    """The contact number that stands on an organisation's orders: its purchaser's."""
    register, firms = cell.registers["contacts"], cell.firms
    numbers = filled("", len(cell.customers))
    of_person = dict(zip(register.person.tolist(), register.ids("CT{:08d}").tolist(), strict=True))
    for firm, person, role in zip(firms.contact_of.tolist(), firms.contact_person.tolist(), firms.contact_role.tolist(), strict=True):
        if role == 0:
            numbers[len(cell.people) + firm] = of_person[person]
    return numbers


def _write_lines(ink: Ink, cell: Cell, order_no: Texts, customer_no: Texts, bucket: Texts, credit_rows: Ints, credit_no: Texts) -> None:
    """Order lines; a credit note stands under its own number and names the order it takes back."""
    orders, lines = cell.bought.orders, cell.lines
    is_credit = lines.credited_on != NOBODY
    number = order_no[lines.order].copy()
    number[credit_rows] = credit_no
    day = np.where(is_credit, lines.credited_on, orders.day[lines.order])
    currency = order_currency(cell.customers, orders)[lines.order]
    place = _line_numbers(lines.order, is_credit)
    forgotten = generator(ink.world.seed, cell.number, "credits").random(len(lines)) < 0.15
    original = np.where(is_credit & ~forgotten, order_no[lines.order], "")
    columns = [
        number, whole(place), written(day, DAY), customer_no[lines.order], lines.kind, lines.product, whole(lines.quantity),
        amount(lines.price, mark=","), amount(lines.discount, mark=","), amount(lines.unit_cost, mark=",", digits=4),
        texts(list(currencies.CODES))[currency], original,
    ]  # fmt: skip
    _by_year(ink, "shop/order_lines", LINE_COLUMNS, columns, day)
    of_line = orders.customer[lines.order], bucket[lines.order]
    for name, line, units, rows in _line_amounts(cell):
        _post(ink, "order_lines", name, Posted(line, of_line[0], units, currency, day, of_line[1]).taken(rows))
    if cell.number == 0:
        _write_card_fees(ink)
        spoil_lines(ink, customer_no[orders.customer != NOBODY][:60])
    _tell_totals(ink, lines.discount, day)


def _write_card_fees(ink: Ink) -> None:
    """What the bank takes for card payments, booked once a month among the order lines: no product and no customer."""
    chance = generator(ink.world.seed, -1, "card fees")
    day = first_day_of_month(np.arange(1, MONTHS + 1)) - 1
    units = -(chance.integers(180, 420, MONTHS) * ink.world.persons // 200) * 100
    number, none = texts([f"F{month:08d}" for month in range(1, MONTHS + 1)]), filled("", MONTHS)
    zero = filled("0,00", MONTHS)
    columns = [number, filled("1", MONTHS), written(day, DAY), none, filled(FEE, MONTHS), filled(products.CARD_FEE, MONTHS), filled("1", MONTHS),
               amount(units, mark=","), zero, filled("0,0000", MONTHS), filled("USD", MONTHS), none]  # fmt: skip
    _by_year(ink, "shop/order_lines", LINE_COLUMNS, columns, day)
    nobody, dollars = np.full(MONTHS, NOBODY), np.zeros(MONTHS, np.int64)
    posted = Posted(np.full(MONTHS, LINES.index("other")), nobody, units, dollars, day, filled("no_customer_id", MONTHS))
    _post(ink, "order_lines", "list_price", posted)


def _line_numbers(order: Ints, is_credit: Bools) -> Ints:
    """1, 2, 3 within each order; a credit note has one line."""
    starts = np.r_[True, order[1:] != order[:-1]] if len(order) else np.zeros(0, dtype=np.bool_)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0)) if len(order) else order
    return np.where(is_credit, 1, np.arange(len(order)) - first + 1)


def _line_amounts(cell: Cell) -> list[tuple[str, Ints, Ints, Bools]]:
    """The posted amounts of the order lines: name, line, signed units, rows."""
    lines = cell.lines
    is_credit, is_sale = np.equal(lines.kind, CREDIT).astype(np.bool_), np.equal(lines.kind, SALE).astype(np.bool_)
    is_fee = np.equal(lines.kind, FEE).astype(np.bool_)
    usual = {"list_price": "list_revenue", "discount": "on_invoice_discount", "cost": "cost_of_goods", "refund": "returns"}

    def line_of(name: str) -> Ints:
        codes = np.full(len(lines), LINES.index(usual[name]))
        for code, line in _RULES.items():
            codes = np.where(is_fee & np.equal(lines.product, code).astype(np.bool_), LINES.index(line), codes)
        return codes

    gross = lines.price * lines.quantity
    return [
        ("list_price", line_of("list_price"), gross, ~is_credit),
        ("discount", line_of("discount"), -lines.discount, is_sale),
        ("list_price", line_of("refund"), gross, is_credit),
        ("cost", line_of("cost"), -lines.unit_cost * lines.quantity, lines.unit_cost != 0),
    ]


def _in_both(day: Ints) -> Bools:
    """Rows of the month that two extracts hold."""
    december: Bools = month_of(day) == (OVERLAP[0] - YEARS[0]) * 12 + 11
    return december


def _post(ink: Ink, source: str, name: str, posted: Posted) -> None:
    """Book once, and note what stands in a second extract."""
    ink.books.post(source, name, posted)
    twice = posted.taken(_in_both(posted.day))
    ink.books.post(source, name, replace(twice, bucket=filled(COUNTED_ONCE, len(twice.day))))


def _by_year(ink: Ink, path: str, header: str, columns: list[Cells], day: Ints) -> None:
    """Write rows into the extracts of their years; December of one year stands in two."""
    table = pa.table(
        {str(place): column if isinstance(column, pa.Array) else pa.array(column, pa.string()) for place, column in enumerate(columns)}
    )
    table = table.take(np.argsort(day, kind="stable"))
    year = np.sort(month_of(day) // 12 + YEARS[0])
    both = _in_both(np.sort(day))
    for one in YEARS:
        rows = (year == one) | (both if one == OVERLAP[1] else False)
        part = table.filter(pa.array(rows))
        ink.text(f"{path}-{one}.csv", header).table([column.combine_chunks() for column in part.columns], ";")


def _tell_totals(ink: Ink, discount: Ints, day: Ints) -> None:
    """Remember the sum of the discounts of each extract: its footer prints it."""
    year = month_of(day) // 12 + YEARS[0]
    for one in YEARS:
        rows = (year == one) | (_in_both(day) if one == OVERLAP[1] else False)
        path = f"shop/order_lines-{one}.csv"
        ink.footers[path] = ink.footers.get(path, 0) + int(discount[rows].sum())


def finish(ink: Ink) -> None:
    """The TOTAL row at the foot of each extract of lines: the sum of the discounts, whatever their currency."""
    for one in YEARS:
        path = f"shop/order_lines-{one}.csv"
        discount = amount(np.array([ink.footers.get(path, 0)]), mark=",")[0].as_py()
        ink.text(path, LINE_COLUMNS).raw(f"TOTAL;;;;;;;;{discount};;;".encode())
        ink.dirt(source="order_lines", file=path, reason="footer")
