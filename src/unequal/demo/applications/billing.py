"""The billing application: accounts and services in a SQLite database, invoices and write-offs as Parquet."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo import currencies
from unequal.demo.applications.labels import firm_labels, tell_others, tell_persons
from unequal.demo.books import money, of_customers
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Ints, Texts, filled, joined, texts
from unequal.demo.contact_points import phones_as
from unequal.demo.contracts import PLANS
from unequal.demo.ink import Ink
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.records import NO_BIRTH, Observed
from unequal.demo.registers import NUMBERS_A_CELL
from unequal.demo.timeline import DAYS, OPENED, written
from unequal.demo.words import towns

ISO: Final = "%Y-%m-%d"
SENTINEL_BIRTH: Final = "1900-01-01"
SENTINEL_END: Final = "9999-12-31"
TABLES: Final = {
    "accounts": "account_no account_type first_name last_name company_name tax_id birth_date email phone address postcode country opened_on changed_on",
    "services": "service_no plan account_no owner_account_no user_name user_phone started_on ends_on end_reason",
}
SERVICES_A_CELL: Final = 20_000


def write(ink: Ink, cell: Cell) -> None:
    """Accounts, services, invoices and write-offs of one cell."""
    people_ids = cell.registers["billing"].ids("B-{:08d}")
    firm_rows = _firms_with_services(cell)
    firm_numbers = scattered(cell.number * NUMBERS_A_CELL + 50_000 + firm_rows, 20_000_033)
    firm_ids = texts([f"B-{number:08d}" for number in firm_numbers.tolist()])
    _write_accounts(ink, cell, people_ids, firm_rows, firm_ids)
    accounts = filled("", len(cell.customers))
    accounts[cell.registers["billing"].person] = people_ids
    accounts[len(cell.people) + firm_rows] = firm_ids
    services = _write_services(ink, cell, accounts)
    _write_invoices(ink, cell, accounts, services)


def _firms_with_services(cell: Cell) -> Ints:
    firms = cell.services.owner[cell.services.owner >= len(cell.people)] - len(cell.people)
    return np.unique(firms)


def _one_line(seen: Observed) -> Texts:
    """An address as free text: unit after the street, then town and region."""
    street = np.where(seen.unit == "", seen.street, joined(seen.street, ", ", seen.unit))
    return joined(street, ", ", seen.city, ", ", seen.region)


def _write_accounts(ink: Ink, cell: Cell, people_ids: Texts, firm_rows: Ints, firm_ids: Texts) -> None:
    register = cell.registers["billing"]
    seen, none = register.seen, filled("", len(register))
    birth = np.where(seen.birth == NO_BIRTH, "", written(np.maximum(seen.birth, -(OPENED.year - 1901) * 365), ISO))
    birth = np.where(seen.slips["birth_sentinel"], SENTINEL_BIRTH, birth)
    last = np.where(seen.suffix == "", seen.family, joined(seen.family, " ", seen.suffix))
    first = np.where(seen.middle == "", seen.given, joined(seen.given, " ", seen.middle))
    file = ink.sqlite("billing/billing.db", TABLES)
    file.rows("accounts", [people_ids, filled("private", len(register)), first, last, none, none, birth, seen.email, phones_as(0, seen.phone),
                           _one_line(seen), seen.postcode, seen.country, written(register.created_on, ISO), written(register.changed_on, ISO)])  # fmt: skip
    tell_persons(ink, cell, "accounts", people_ids, register)
    firms, none = cell.firms, filled("", len(firm_rows))
    chance = generator(ink.world.seed, cell.number, "billing")
    where, mail = firms.addresses, texts([f"accounts@{domain}" for domain in firms.domain[firm_rows]])
    address = joined(where.street_short[firm_rows], ", ", _towns(cell)[firm_rows])
    opened = _opened(cell)[firm_rows]
    tax = np.where(happens(chance, len(firm_rows), 0.9), firms.tax_id[firm_rows], "")
    file.rows("accounts", [firm_ids, filled("business", len(firm_rows)), none, none, firm_labels(chance, cell, firm_rows), tax, none, mail,
                           phones_as(0, firms.phone[firm_rows]), address, where.postcode[firm_rows], _countries(cell)[firm_rows],
                           written(opened, ISO), written(opened, ISO)])  # fmt: skip
    tell_others(ink, "accounts", firm_ids, "organisation", cell.entity_ids[len(cell.people) + firm_rows], opened)


def _opened(cell: Cell) -> Ints:
    opened = np.full(len(cell.customers), DAYS)
    np.minimum.at(opened, cell.services.owner, cell.services.started_on)
    return opened[len(cell.people) :]


def _towns(cell: Cell) -> Texts:
    town = cell.firms.addresses.town
    return joined(towns().city[town], ", ", towns().region[town])


def _countries(cell: Cell) -> Texts:
    country: Texts = towns().country[cell.firms.addresses.town]
    return country


def service_ids(cell: Cell) -> Texts:
    """The numbers of the cell's services."""
    numbers = scattered(cell.number * SERVICES_A_CELL + np.arange(len(cell.services)), 77)
    return texts([f"S{number:08d}" for number in numbers.tolist()])


def _write_services(ink: Ink, cell: Cell, accounts: Texts) -> Texts:
    """Services, with an end in the year 9999 for those that live on; their numbers."""
    services, people = cell.services, cell.people
    ids = service_ids(cell)
    over = services.ended_on < DAYS
    ends = np.where(over, written(np.where(over, services.ended_on, 0), ISO), SENTINEL_END)
    user = np.maximum(services.user, 0)
    other = (services.user != NOBODY) & (services.user != services.owner)
    name = np.where(other, joined(people.given[user], " ", people.family_at(user, services.started_on)), "")
    phone = np.where(other, phones_as(4, people.phone_at(user, services.started_on)), "")
    ink.sqlite("billing/billing.db", TABLES).rows(
        "services", [ids, PLANS[services.plan], accounts[services.payer], accounts[services.owner], name, phone,
                     written(services.started_on, ISO), ends, np.where(over, services.reason_recorded, "")],
    )  # fmt: skip
    return ids


def _write_invoices(ink: Ink, cell: Cell, accounts: Texts, services: Texts) -> None:
    invoices, payer = cell.invoices, cell.services.payer[cell.invoices.service]
    currency = currencies.number_of(cell.customers.currency)[payer]
    number = texts(
        [f"{service}-{month:03d}" for service, month in zip(services[invoices.service], (invoices.number + 1).tolist(), strict=True)]
    )
    order = np.argsort(invoices.day, kind="stable")
    codes = texts(list(currencies.CODES))[currency]
    columns = {
        "invoice_no": pa.array(number, pa.string()), "account_no": pa.array(accounts[payer], pa.string()),
        "service_no": pa.array(services[invoices.service], pa.string()), "plan": pa.array(PLANS[cell.services.plan[invoices.service]], pa.string()),
        "invoiced_on": _dates(invoices.day), "list_amount": _cents(invoices.list_amount), "discount": _cents(invoices.discount),
        "cost": _cents(invoices.cost), "currency": pa.array(codes, pa.string()),
    }  # fmt: skip
    ink.parquet("billing/invoices.parquet").table(pa.table(columns).take(order))
    amounts = (
        ("list_amount", "list_revenue", invoices.list_amount),
        ("discount", "on_invoice_discount", -invoices.discount),
        ("cost", "cost_of_goods", -invoices.cost),
    )
    for name, line, units in amounts:
        ink.books.post("invoices", name, of_customers(line, payer, units, currency, invoices.day))
    lost = np.flatnonzero(invoices.written_off_on != NOBODY)
    owed, day = (invoices.list_amount - invoices.discount)[lost], invoices.written_off_on[lost]
    columns = {
        "invoice_no": pa.array(number[lost], pa.string()), "account_no": pa.array(accounts[payer[lost]], pa.string()),
        "written_off_on": _dates(day), "amount": _cents(owed), "currency": pa.array(codes[lost], pa.string()),
    }  # fmt: skip
    ink.parquet("billing/write_offs.parquet").table(pa.table(columns))
    ink.books.post("write_offs", "amount", of_customers("credit_loss", payer[lost], -owed, currency[lost], day))


def _dates(days: Ints) -> Arrow:
    epoch = (OPENED - date(1970, 1, 1)).days
    return pa.array((days + epoch).astype(np.int32)).cast(pa.date32())


def _cents(units: Ints) -> Arrow:
    """Units of 0.0001 as DECIMAL(12,2), as the application stores them."""
    return money(units).cast(pa.decimal128(28, 2)).cast(pa.decimal128(12, 2))
