"""Contracts of the tables that rules over customers read: what each is today, and what happened to each when."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

_MONEY: Final = "reporting currency"
_WHEN_FORECAST: Final = "absent where nothing is forecast of it"

ROLES: Final = ("owner", "user", "payer", "purchaser", "influencer", "employer", "parent_organisation", "agent", "referrer", "introducer")
"""Kinds of relationship in which one customer is something to another."""


def _text(name: str, meaning: str) -> Column:
    return Column(name, "string", meaning, nullable=True)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "boolean", f"{meaning}; absent where the run tells nothing of the kind.", nullable=True)


def _day(name: str, meaning: str) -> Column:
    return Column(name, "date", meaning, unit="day", nullable=True)


def _fact(name: str, meaning: str) -> Column:
    return Column(name, TOTAL, meaning, unit=_MONEY, nullable=True)


def _number(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "float64", f"{meaning}; {_WHEN_FORECAST}.", unit=unit, nullable=True)


WHO: Final = (
    Column("customer_id", "string", "The customer, under the id of the run; never a bucket."),
    _text("kind", "person or organisation; absent where no record is delivered any more."),
    Column("is_test", "boolean", "All of its delivered records are test accounts."),
    _day("founded_on", "The first day on which one of its records belonged to it."),
)

WORTH: Final = (
    _text("band", "profitable, break_even or unprofitable; absent where nothing was booked."),
    Column("band_is_stable", "boolean", "Whether nothing that applies to the customer moves its band; absent where it has none, or a steward has "
           "joined or parted it since the run.", nullable=True),
    Column("customer_rank", "int64", "Place by contribution, best first; absent where nothing was booked.", unit="rank", nullable=True),
    _fact("contribution", "Sum of the level's lines so far: a fact; absent where nothing was booked."),
    _fact("contribution_12m", "The same of the 12 months before the day of the forecast: a fact; absent likewise."),
    _fact("sales", "Sales after discounts and returns so far: a fact; absent likewise."),
    _fact("sales_12m", "The same of the 12 months before the day of the forecast; absent likewise."),
    Column("orders", "int64", "Orders so far: documents with list revenue.", unit="orders"),
    _day("first_order_on", "The day of the first; absent where there was none."),
    _day("last_order_on", "The day of the last; absent where there was none."),
    Column("last_contact_at", "timestamp(6)", "When it was last in touch, UTC; absent where no contact is known.", nullable=True),
)  # fmt: skip

VALUE: Final = (
    _fact("brought", f"As `brought` in `customer_value`; {_WHEN_FORECAST}."),
    _fact("brought_last_year", f"As `brought_last_year` in `customer_value`; {_WHEN_FORECAST}."),
    _number("p_alive", "Probability that it still is a customer in at least one line of business", "share"),
    *(
        _number(f"{what}_{end}", f"As `{what}_{end}` in `customer_value`", _MONEY)
        for what in ("value", "growth")
        for end in ("expected", "low", "high")
    ),
    _number("top_fifth_probability", "Probability of standing among the best fifth over the next 24 months", "share"),
    _number("point_of_retention_expected", "What one point more of yearly retention would bring of it, discounted", _MONEY),
    _flag("is_growable", "Whether it is Most Growable"),
    _flag("is_overdue", "Whether it has been silent for longer than its own rhythm explains"),
    _number("first_order_probability_expected", "Of who never bought, the probability of a first order", "share"),
    _number("worth_if_won_expected", "Of who never bought, what one who came from there brings from the first order on", _MONEY),
)

OTHERS: Final = (
    _text("household_id", "The household; absent of who lives alone, as far as is known."),
    Column("household_members", "int64", "Persons in it; absent likewise.", unit="persons", nullable=True),
    _fact("household_contribution", "What its members brought together: a fact; absent likewise. Never to be added up over customers."),
    _number("household_value_expected", "What its members are expected to bring together. Never to be added up over customers", _MONEY),
    _number(
        "household_others_expected",
        "The same of its other members alone: what `counts.household` of a policy takes a share of. "
        "Never to be added up over customers; absent of who lives alone",
        _MONEY,
    ),
    _number("through_others_expected", "What it brings through others, as `value_expected` in `through_others`; never its own", _MONEY),
    _number("influence_expected", "What its mentions brought, as `value_expected` in `influence`; never its own", _MONEY),
    *(_flag(f"is_{role}", f"Whether it is the {role.replace('_', ' ')} of another customer") for role in ROLES),
    *(_flag(f"has_{role}", f"Whether another customer is its {role.replace('_', ' ')}") for role in ROLES),
    _flag("has_contract", "Whether a contract of it runs"),
)

CONTEXTS: Final = (
    _text("needs_group", "The group of customers with the same habits; absent where none is told."),
    *(
        _text(f"main_{name}", f"The {name} under which it bought most, at list prices; absent where nothing tells.")
        for name in ("channel", "product", "market", "property", "season")
    ),
    _day("began_on", "The day of its first sale; absent where it never bought."),
    *(_text(f"began_{part}", f"The {part} of that day; absent likewise.") for part in ("month", "quarter", "year")),
    *(_text(name, f"As `{name}` in `gained`; absent likewise.") for name in ("first_channel", "first_market", "acquired_by")),
    _flag("is_lost", "Whether it has left every line of business that it had"),
    _flag("has_ended", "Whether it, or its contract, said that it ends"),
    _flag("is_silent", "Whether its silence says that it left"),
    _day("lost_on", "The day on which it left; absent where it did not, or nobody knows the day."),
    _text("lost_year", "The year of that day; absent likewise."),
    _text("lost_reason", "Why it left; absent where nobody recorded that."),
    _flag("is_won_back", "Whether it came back after it had left"),
    _flag("is_warned", "Whether an early warning stands"),
    _flag("brings_others", "Whether it brought another customer"),
    _flag("was_brought", "Whether another customer brought it"),
    _flag("is_let_down", "Whether a promise to it was broken"),
    _flag("could_pay_less", "Whether another plan would be cheaper for it"),
    _text("cheaper_plan", "That plan; absent where none is cheaper."),
)

PROFILE: Final = TableContract(
    name="profile",
    meaning="What rules over customers may name, one row a customer: worth, band, forecasts, household, ties and contexts, under the names that "
    "`--where` uses. No value of a record: those stand in `person_attribute` alone, and are laid beside when a profile is opened.",
    key=("customer_id",),
    columns=(*WHO, *WORTH, *VALUE, *OTHERS, *CONTEXTS),
)

MOMENT: Final = TableContract(
    name="moment",
    meaning="What happened to each customer, and when: orders and returns of the ledger, and contacts by their kind and by their channel. What windows "
    "over events count. A contact stands under its kind, and once more under its channel where it was spoken or written by one.",
    columns=(
        Column("customer_id", "string", "Whose it was; never a bucket."),
        Column("event", "string", "order, return; or the kind of a contact, in small letters, with _ for whatever is neither letter nor figure; or its "
               "channel where that is call (phone), chat, email, sms, letter, fax or video. A contact called order or return is contact_order or contact_return."),
        Column("happened_at", "timestamp(6)", "When, UTC; where a source gives a day only, the beginning of that day."),
    ),
)  # fmt: skip

ALL: Final = (PROFILE, MOMENT)
"""What the step writes."""
