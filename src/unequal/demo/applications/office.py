"""The office: products, rates, organisations and their people, campaigns, surveys, and what new customers cost."""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.demo import currencies, products
from unequal.demo import parameters as planted
from unequal.demo.applications.labels import firm_labels, tell_others, tell_persons
from unequal.demo.applications.shop import firm_numbers
from unequal.demo.books import of_customers
from unequal.demo.campaigns import CAMPAIGNS, CODES
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Floats, Ints, Texts, filled, joined, texts
from unequal.demo.contact_points import phones_as, plain
from unequal.demo.customers import CATEGORIES
from unequal.demo.ink import Ink
from unequal.demo.organisations import SALESPEOPLE, SECTORS
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.registers import record_on
from unequal.demo.text_files import amount, whole
from unequal.demo.timeline import DAYS, MONTHS, first_day_of_month, written
from unequal.demo.words import towns

ISO: Final = "%Y-%m-%d"
ROLES: Final = ("purchaser", "payer", "user")
SURVEY_COLUMNS: Final = "survey_no,customer_no,answered_on,delivery,quality,ease,courtesy,price,satisfaction,recommend"
SURVEYED_A_YEAR: Final = 0.09
ORGANISATION_COLUMNS: Final = "organisation_no,name,tax_id,phone,email,street,unit,postcode,city,country,sector,salesperson,parent_organisation_no,introduced_by_name,introduced_by_email,terms_percent,shop_customer_no,since"


def write_once(ink: Ink) -> None:
    """Products, exchange rates and campaigns: the same for every size of the world."""
    catalogue = products.products()
    category = texts(list(CATEGORIES))[catalogue.category]
    ink.text("office/products.csv", "product_code,name,category,list_price,unit_cost").table(
        [catalogue.code, catalogue.name, category, amount(catalogue.price * 100), amount((catalogue.price * 100 * (1 - catalogue.margin)).astype(np.int64), digits=4)], ",",
    )  # fmt: skip
    fees = [products.POSTAGE, products.EXPRESS, products.GIFT_WRAP, products.GOODWILL, products.CARD_FEE, products.SAMPLE]
    ink.text("office/products.csv").table(
        [
            texts(fees),
            texts([fee.lower() for fee in fees]),
            filled("not a product", len(fees)),
            filled("0.00", len(fees)),
            filled("0.0000", len(fees)),
        ],
        ",",
    )
    rows = [(code, month) for code in range(1, len(currencies.CODES)) for month in range(MONTHS)]
    since = written(first_day_of_month(np.array([month for _code, month in rows])), ISO)
    rate = texts([f"{currencies.rates()[code, month] / currencies.RATE_SCALE:.6f}" for code, month in rows])
    ink.text("office/fx_rates.csv", "currency,since,rate").table(
        [texts([currencies.CODES[code] for code, _month in rows]), since, rate], ","
    )
    columns = [CODES, *(texts([getattr(campaign, name) for campaign in CAMPAIGNS]) for name in ("name", "channel", "goal"))]
    sent = written(np.array([campaign.sent_on for campaign in CAMPAIGNS]), ISO)
    money = [amount(np.array([getattr(campaign, name) for campaign in CAMPAIGNS]) * 100) for name in ("contact_cost", "fixed_cost")]
    ink.text("office/campaigns.csv", "campaign_code,name,channel,goal,sent_on,contact_cost,fixed_cost").table([*columns, sent, *money], ",")


def write(ink: Ink, cell: Cell) -> None:
    """Organisations, contacts, campaign contacts, surveys and acquisition costs of one cell."""
    people_ids, firm_ids = cell.registers["shop"].ids("{:08d}"), firm_numbers(cell)
    _write_organisations(ink, cell, firm_ids)
    _write_contacts(ink, cell)
    _write_campaign_contacts(ink, cell, people_ids, firm_ids)
    _write_surveys(ink, cell, people_ids, firm_ids)
    _write_acquisitions(ink, cell, people_ids)


def _organisation_ids(cell: Cell) -> Texts:
    numbers = scattered(cell.number * 10_000 + np.arange(len(cell.firms)), 11)
    return texts([f"ORG{number:08d}" for number in numbers.tolist()])


def _write_organisations(ink: Ink, cell: Cell, firm_ids: Texts) -> None:
    firms, ids, rows = cell.firms, _organisation_ids(cell), len(cell.firms)
    chance = generator(ink.world.seed, cell.number, "office")
    where, every = firms.addresses, np.arange(rows)
    known = firms.introducer != NOBODY
    person = np.maximum(firms.introducer, 0)
    introduced = np.where(known, joined(cell.people.given[person], " ", cell.people.family_before[person]), "")
    mail = np.where(known, cell.people.emails[person, 0], "")
    parent = np.where(firms.parent == NOBODY, "", ids[np.maximum(firms.parent, 0)])
    number = np.where(happens(chance, rows, 0.72), firm_ids, "")
    seller = texts([f"SP{cell.number * SALESPEOPLE + s + 1:03d}" for s in firms.salesperson.tolist()])
    tax = np.where(happens(chance, rows, 0.93), firms.tax_id, "")
    joined_on = np.clip(cell.customers.joined_on[len(cell.people) :], 0, DAYS - 1)
    ink.text("office/organisations.csv", ORGANISATION_COLUMNS).table(
        [ids, firm_labels(chance, cell, every), tax, phones_as(2, firms.phone), texts([f"info@{domain}" for domain in firms.domain]),
         where.street, where.unit, where.postcode, towns().city[where.town], towns().country[where.town], texts(list(SECTORS))[firms.sector],
         seller, parent, introduced, mail, texts([f"{terms * 100:.1f}" for terms in firms.terms]), number, written(joined_on, ISO)], ",",
    )  # fmt: skip
    tell_others(ink, "organisations", ids, "organisation", cell.entity_ids[len(cell.people) :], joined_on)


def _write_contacts(ink: Ink, cell: Cell) -> None:
    """People who act for organisations; three in five with an address at work."""
    register, firms = cell.registers["contacts"], cell.firms
    seen, chance = register.seen, generator(ink.world.seed, cell.number, "contacts")
    row_of = np.full(len(cell.people), NOBODY)
    row_of[firms.contact_person] = np.arange(len(firms.contact_person))
    row = row_of[register.person]
    firm = firms.contact_of[row]
    work = texts([f"{plain(given)}.{plain(family)}@{domain}" for given, family, domain in
                  zip(cell.people.given[register.person], cell.people.family_before[register.person], firms.domain[firm], strict=True)])  # fmt: skip
    mail = np.where((happens(chance, len(register), 0.6)) & (seen.email != ""), work, seen.email)
    ids = register.ids("CT{:08d}")
    ink.text("office/contacts.csv", "contact_no,organisation_no,first_name,last_name,email,phone,role,since").table(
        [ids, _organisation_ids(cell)[firm], seen.given, seen.family, mail, phones_as(2, seen.phone), texts(list(ROLES))[firms.contact_role[row]],
         written(register.created_on, ISO)], ",",
    )  # fmt: skip
    tell_persons(ink, cell, "contacts", ids, register)


def _customer_numbers(cell: Cell, customer: Ints, day: Ints, people_ids: Texts, firm_ids: Texts) -> Texts:
    """The shop's number of each customer on a day."""
    persons = len(cell.people)
    row = record_on(cell.registers["shop"], np.where(customer < persons, customer, NOBODY), day, persons)
    return np.where(customer < persons, people_ids[np.maximum(row, 0)], firm_ids[np.maximum(customer - persons, 0)])


def _write_campaign_contacts(ink: Ink, cell: Cell, people_ids: Texts, firm_ids: Texts) -> None:
    reached = cell.bought.reached
    sent = np.array([campaign.sent_on for campaign in CAMPAIGNS])[reached.campaign]
    cost = np.array([campaign.contact_cost for campaign in CAMPAIGNS])[reached.campaign] * 100 * reached.treated
    numbers = _customer_numbers(cell, reached.customer, sent, people_ids, firm_ids)
    arm = np.where(reached.treated, "sent", "held_out").astype(object)
    ink.text("office/campaign_contacts.csv", "campaign_code,customer_no,sent_on,arm,cost").table(
        [CODES[reached.campaign], numbers, written(sent, ISO), arm, amount(cost)], ","
    )
    dollars = np.zeros(len(sent), np.int64)
    ink.books.post("campaign_contacts", "cost", of_customers("retention", reached.customer, -cost, dollars, sent))
    ink.truth("campaign_contact", {
        "campaign_code": CODES[reached.campaign], "customer_id": cell.entity_ids[reached.customer], "treated": reached.treated,
        "extra_orders": reached.extra_orders,
    })  # fmt: skip


def _write_surveys(ink: Ink, cell: Cell, people_ids: Texts, firm_ids: Texts) -> None:
    """What customers say: the planted attributes with noise, and a satisfaction that weighs them otherwise than loyalty does."""
    customers, ended = cell.customers, cell.bought.ended_on
    chance = generator(ink.world.seed, cell.number, "surveys")
    span = np.where(customers.shops, np.maximum(np.minimum(ended + 60, DAYS) - customers.joined_on, 0), 0)
    who = np.repeat(np.arange(len(customers)), chance.poisson(SURVEYED_A_YEAR * span / 365.25))
    day = np.minimum(customers.joined_on[who] + (chance.random(len(who)) * span[who]).astype(np.int64), DAYS - 1)
    felt = customers.attributes[who]
    scores = _scores(7.0 + 1.5 * felt + chance.normal(0, 0.9, felt.shape))
    weights = np.array([planted.SATISFACTION_EFFECTS[name] for name in planted.ATTRIBUTES])
    pleased = 7.0 + 1.4 * felt @ weights + chance.normal(0, 0.6, len(who))
    columns = [whole(scores[:, place]) for place in range(len(planted.ATTRIBUTES))]
    numbers = texts([f"V{number:08d}" for number in scattered(cell.number * 20_000 + np.arange(len(who)), 9).tolist()])
    ink.text("office/surveys.csv", SURVEY_COLUMNS).table(
        [numbers, _customer_numbers(cell, who, day, people_ids, firm_ids), written(day, ISO), *columns, whole(_scores(pleased)),
         whole(_scores(pleased + chance.normal(0.3, 0.8, len(who))))], ",",
    )  # fmt: skip


def _scores(values: Floats) -> Ints:
    return np.clip(np.round(values), 1, 10).astype(np.int64)


def _write_acquisitions(ink: Ink, cell: Cell, people_ids: Texts) -> None:
    """By which way each new shop customer came, as the shop knows it, and what was paid for it."""
    register, customers = cell.registers["shop"], cell.customers
    first = np.flatnonzero(~register.again)
    person = register.person[first]
    came = customers.came_by[person]
    # Nobody tells the shop of a referral or a mention unless the customer says so.
    chance = generator(ink.world.seed, cell.number, "acquisitions")
    unsaid = np.isin(came, (1, 2)) & (happens(chance, len(came), 0.3))
    cost = np.array(planted.CAME_BY_COSTS)[came] * 100
    day = register.created_on[first]
    source = texts(list(planted.CAME_BY))[np.where(unsaid, 0, came)]
    ink.text("office/acquisitions.csv", "customer_no,source,cost,paid_on").table(
        [people_ids[first], source, amount(cost), written(day, ISO)], ","
    )
    dollars = np.zeros(len(day), np.int64)
    ink.books.post("acquisitions", "cost", of_customers("acquisition", person, -cost, dollars, day))
