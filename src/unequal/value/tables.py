"""Contracts of the tables that the value room publishes: forecasts, each with its range, and never among the facts."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

_MONEY: Final = "reporting currency"
_CUSTOMER: Final = Column("customer_id", "string", "The customer; never a bucket.")
_RELATIONSHIP: Final = Column("relationship", "string", "The line of business, as the config names it.")
_GROUP: Final = Column("kind_of_customer", "string", "person or organisation: whose habits one model describes; all where they share one.")


def _range(name: str, meaning: str, unit: str, *, nullable: bool = False) -> tuple[Column, Column, Column]:
    """An expectation with the two ends between which nine in ten lie."""
    return (
        Column(f"{name}_expected", "float64", f"{meaning}: expected.", unit, nullable),
        Column(f"{name}_low", "float64", f"{meaning}: lower end of the 90 % range.", unit, nullable),
        Column(f"{name}_high", "float64", f"{meaning}: upper end of the 90 % range.", unit, nullable),
    )


LIFETIME: Final = TableContract(
    name="lifetime",
    meaning="What each customer is expected to bring in each line of business from `as_of` on, within the horizon; a forecast, never a fact.",
    key=("customer_id", "relationship"),
    columns=(
        _CUSTOMER,
        _RELATIONSHIP,
        Column("kind", "string", "orders, occasions or contracts: how such customers stay and leave."),
        _GROUP,
        Column("model", "string", "The model that forecast it: the one that won the backtests, or the one the config names."),
        Column("as_of", "date", "The first day of the forecast.", "day"),
        Column("orders", "int64", "Orders so far; of contracts those that there have been; of occasions those on which the customer came.", "orders"),
        Column("first_day", "date", "Day of the first order, or of the start of the first contract; absent where histories came counted.", "day", nullable=True),
        Column("last_day", "date", "Day of the last order; of contracts the start of the last; absent where histories came counted.", "day", nullable=True),
        Column("p_alive", "float64", "Probability that the customer still is one; of contracts 1 or 0.", "share"),
        *_range("orders", "Orders within the horizon; of contracts the periods still to be paid", "orders"),
        *_range("value", "What the customer brings within the horizon after service, discounted", _MONEY),
        Column("year_expected", "float64", "What the customer brings in the first 52 weeks after service, not discounted: expected.", _MONEY),
        Column("is_overdue", "boolean", "Whether the customer has been silent for longer than its own rhythm explains."),
        Column(
            "overdue_after_days", "float64", "The silence after the last order that its own rhythm still explains; absent of contracts.",
            "days", nullable=True,
        ),
    ),
)  # fmt: skip

CUSTOMER_VALUE: Final = TableContract(
    name="customer_value",
    meaning="What each customer has brought, a fact, and beside it, never added, what it is expected to bring over all lines of business.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column("brought", TOTAL, "Sum of the level's lines so far: a fact.", _MONEY),
        Column("brought_last_year", TOTAL, "The same of the last 52 weeks: a fact.", _MONEY),
        Column("p_alive", "float64", "Probability that the customer still is one in at least one line of business.", "share"),
        *_range("value", "What the customer brings within the horizon after service, discounted", _MONEY),
        *_range(
            "growth",
            "How much more it brings in the next 52 weeks than in the last; absent where nothing was booked so far",
            _MONEY,
            nullable=True,
        ),
        Column("top_fifth_probability", "float64", "Probability of standing among the best fifth over the next 24 months.", "share"),
        Column(
            "point_of_retention_expected",
            "float64",
            "What one point more of yearly retention would bring of it, discounted: expected.",
            _MONEY,
        ),
        Column(
            "is_growable", "boolean", "Whether it is Most Growable: not among the best fifth today, and likelier than most to come to be."
        ),
        Column("is_overdue", "boolean", "Whether it has been silent for longer than its own rhythm explains."),
    ),
)

VALUE_TOTAL: Final = TableContract(
    name="value_total",
    meaning="What customers are expected to bring together: the whole base and its segments, with the error that all of them share.",
    key=("segment_kind", "segment"),
    columns=(
        Column(
            "segment_kind",
            "string",
            "all, relationship, kind, band, began (year of the first order), channel or market of the first order.",
        ),
        Column("segment", "string", "Its value; all for the whole base."),
        Column("customers", "int64", "Customers in it.", "customers"),
        Column("alive_expected", "float64", "How many of them still are customers: expected.", "customers"),
        *_range("value", "What they bring within the horizon after service, discounted", _MONEY),
        *_range("year", "What they bring in the first 52 weeks after service, not discounted", _MONEY),
    ),
)

BACKTEST: Final = TableContract(
    name="backtest",
    meaning="The contest of models: forecasts as of earlier days beside what came.",
    key=("relationship", "kind_of_customer", "origin", "model"),
    columns=(
        _RELATIONSHIP,
        _GROUP,
        Column("origin", "date", "The day of the forecast: nothing of it or later was known.", "day"),
        Column("weeks", "float64", "How far ahead it was made.", "weeks"),
        Column("model", "string", "The model, or a baseline: last_year_again, mean, zero."),
        Column("is_chosen", "boolean", "Whether it won, and forecasts now."),
        Column("customers", "int64", "Customers it was made for.", "customers"),
        Column("orders", "int64", "Orders that came.", "orders"),
        Column("orders_expected", "float64", "Orders that were expected.", "orders"),
        Column("brought", "float64", "What came in after service.", _MONEY),
        Column("brought_expected", "float64", "What was expected.", _MONEY),
        Column("rmse", "float64", "Root mean squared error of what each customer brought.", _MONEY),
        Column("mae", "float64", "Mean absolute error of it; a constant zero nearly ties on it, so it decides nothing.", _MONEY),
        Column("deviance", "float64", "Mean Poisson deviance of the orders.", "nats"),
        Column(
            "covered", "float64", "Customers whose orders lay in the 90 % range; absent of others than the winner.", "share", nullable=True
        ),
        Column(
            "distance_from_uniform",
            "float64",
            "How far the randomised transforms of what came are from uniform, where they would be if ranges were right; absent of others than the winner.",
            "share",
            nullable=True,
        ),
        Column("note", "string", "What the fit had to say; empty where nothing was odd."),
    ),
)

TRACKING: Final = TableContract(
    name="tracking",
    meaning="How the latest test went on: orders since its origin, step by step, as they came and as the chosen model expected them.",
    key=("relationship", "kind_of_customer", "week"),
    columns=(
        _RELATIONSHIP,
        _GROUP,
        Column("origin", "date", "The day of the forecast.", "day"),
        Column("week", "int64", "Weeks after it, from 1: every week; of occasions the end of each period, to whole weeks.", "weeks"),
        Column("orders", "int64", "Orders, payments or occasions that came since the origin.", "orders"),
        Column("orders_expected", "float64", "Orders, payments or occasions that were expected since the origin.", "orders"),
    ),
)

POTENTIAL_TEST: Final = TableContract(
    name="potential_test",
    is_newer=True,
    meaning="What was predicted of customers' potential on an earlier day, beside what came: of all, and of each tenth by what was predicted.",
    key=("measure", "tenth"),
    columns=(
        Column("measure", "string", "top_fifth: probability of standing among the best fifth; growth: of the next 52 weeks over the last."),
        Column("tenth", "int64", "Tenth of the customers by what was predicted, lowest first; 0 for all of them.", "tenths"),
        Column("origin", "date", "The day of the prediction: nothing of it or later was known.", "day"),
        Column("weeks", "float64", "How far ahead it was made.", "weeks"),
        Column("customers", "int64", "Customers it was made for.", "customers"),
        Column("expected", "float64", "What was predicted, on average.", "as its measure"),
        Column("came", "float64", "What came, on average.", "as its measure"),
        Column("came_low", "float64", "Lower end of the 90 % range of that mean, for the luck of so many customers.", "as its measure"),
        Column("came_high", "float64", "Its upper end.", "as its measure"),
        Column("squared_error", "float64", "Mean square of predicted less came; of probabilities the Brier score.", "as its measure, squared"),
        Column("squared_error_naive", "float64", "The same of a prediction that everybody stays where he is.", "as its measure, squared"),
        Column(
            "covered", "float64", "Customers for whom what came lay in their 90 % range; absent of probabilities.", "share", nullable=True
        ),
    ),
)  # fmt: skip

MODEL_FIT: Final = TableContract(
    name="model_fit",
    meaning="Parameters of the models that forecast, with their standard errors.",
    key=("relationship", "kind_of_customer", "model", "parameter"),
    columns=(
        _RELATIONSHIP,
        _GROUP,
        Column("model", "string", "The model: of orders, of spend, of margins, of contracts, or the shock common to all customers."),
        Column("parameter", "string", "Its name in the literature."),
        Column("value", "float64", "Its estimate.", "as its parameter"),
        Column("standard_error", "float64", "Of the estimate; absent where none can be given.", "as its parameter", nullable=True),
    ),
)

RETENTION_WORTH: Final = TableContract(
    name="retention_worth",
    meaning="What it would be worth to keep more customers: yearly retention moved by so many points, each customer by its own hazard.",
    key=("relationship", "kind_of_customer", "points"),
    columns=(
        _RELATIONSHIP,
        _GROUP,
        Column("points", "float64", "By how many points yearly retention is moved; no chance to stay passes 1.", "points"),
        Column("customers_expected", "float64", "Customers, or contracts, that are there now: expected.", "customers"),
        Column("retention_expected", "float64", "The share of them that is there a year on: expected.", "share"),
        Column("value_gain_expected", "float64", "What that would add to what they bring within the horizon, discounted.", _MONEY),
        Column("value_gain_share", "float64", "That over what they bring as it is; absent where this is not above zero.", "share", nullable=True),
        Column("year_gain_expected", "float64", "What it would add to the first year's profit.", _MONEY),
        Column("year_gain_share", "float64", "That over the year's profit as it is; absent where this is not above zero.", "share", nullable=True),
        Column(
            "claim_share", "float64",
            "What the literature's thought experiment says for the same retention: one retention for all, for ever, not discounted.",
            "share", nullable=True,
        ),
    ),
)  # fmt: skip

_DRIVERS_OF_PROFIT: Final = {
    "tenure": "It has been a customer for longer or shorter.",
    "orders": "It orders more or less often.",
    "volume": "Its orders are larger or smaller, at list prices.",
    "price": "It pays other list prices for the same goods.",
    "discount": "It gets more or less off.",
    "returns": "It gives more or less back.",
    "mix": "What it buys costs more or less, for what it is sold at.",
    "unit_cost": "The same goods cost more or less.",
    "freight": "Delivering to it costs more or less.",
    "service": "Serving it costs more or less.",
    "other_lines": "Lines that no driver explains: acquisition, retention, write-offs and others.",
    "rounding": "What the drivers' product leaves; nothing but rounding where orders and lines are complete.",
}

PROFIT_DRIVER: Final = TableContract(
    name="profit_driver",
    is_newer=True,
    meaning="Why each customer's profit differs from the mean of the base: dollars by driver, which add up exactly to the difference.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column("difference", TOTAL, "What it brought less the mean of the base's customers: the sum of the drivers.", _MONEY),
        *(Column(name, TOTAL, f"{meaning} In dollars of the difference.", _MONEY) for name, meaning in _DRIVERS_OF_PROFIT.items()),
    ),
)

_DRIVERS_OF_VALUE: Final = {
    "alive": "The chance that it still is a customer.",
    "orders": "How often it orders while it stays.",
    "spend": "What an order of it is invoiced at.",
    "margin_rate": "What is left of a dollar it spends.",
    "cost_per_order": "What serving an order of it costs.",
    "fixed_cost": "What serving it by the week costs.",
}

VALUE_DRIVER: Final = TableContract(
    name="value_driver",
    is_newer=True,
    meaning="Why what each customer is expected to bring differs from that of one who is the base's average in every driver; estimates.",
    key=("customer_id", "relationship"),
    columns=(
        _CUSTOMER,
        _RELATIONSHIP,
        Column("difference_expected", "float64", "Its expected value less that of the average: the sum of the drivers.", _MONEY),
        *(
            Column(f"{name}_expected", "float64", f"{meaning} In dollars of the difference.", _MONEY)
            for name, meaning in _DRIVERS_OF_VALUE.items()
        ),
    ),
)

CONTEXT_VALUE: Final = TableContract(
    name="context_value",
    is_newer=True,
    meaning="The selves of a customer: worth by product, channel, market, season and property; drawn towards the whole where little is known.",
    key=("customer_id", "context", "value"),
    columns=(
        _CUSTOMER,
        Column("context", "string", "product, channel, market, property or season (quarter of the year)."),
        Column("value", "string", "Which of them; other stands for all that are too small to show."),
        Column("orders", "int64", "Days with an order there.", "orders"),
        Column("brought", TOTAL, "What it brought there: a fact.", _MONEY),
        Column(
            "worth_expected",
            "float64",
            "What of all it brought is its own there, once chance is taken off; sums to what it brought.",
            _MONEY,
        ),
    ),
)

THROUGH_OTHERS: Final = TableContract(
    name="through_others",
    is_newer=True,
    meaning="What customers brought through others. The same dollars stand with those who brought them: never add it to their value over customers.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column(
            "brought_customers",
            "float64",
            "Customers it brought, by referral or introduction; who was brought by several counts by shares.",
            "customers",
        ),
        Column("worth_expected", "float64", "What those brought so far and are expected to bring.", _MONEY),
        Column("type_one_expected", "float64", "The part of those who would not have come: their worth and the acquisition saved.", _MONEY),
        Column("type_two_expected", "float64", "The part of those who would have come anyway: the acquisition saved alone.", _MONEY),
        Column("further_expected", "float64", "What those brought who were brought, as far as the config counts it.", _MONEY),
        Column("value_expected", "float64", "All of it, the rewards taken off.", _MONEY),
        Column(
            "came_anyway_share",
            "float64",
            "The share of those who would have come anyway: assumed by the config, and measured by nobody.",
            "share",
        ),
        Column("is_advocate", "boolean", "Whether it brings more through others than by itself."),
    ),
)

ACQUISITION_SOURCE: Final = TableContract(
    name="acquisition_source",
    is_newer=True,
    meaning="Where customers came from, ranked by what one is worth from the first order on.",
    key=("dimension", "source"),
    columns=(
        Column("dimension", "string", "channel or market of the first order, or source of the acquisition spend."),
        Column("source", "string", "Which."),
        Column("customers", "int64", "Customers who came from there.", "customers"),
        Column("first_order", TOTAL, "What their first orders were invoiced at.", _MONEY),
        Column("brought", TOTAL, "What they brought so far, before what it cost to get them.", _MONEY),
        Column("acquisition_cost", TOTAL, "What it cost to get them; zero or less.", _MONEY),
        *_range(
            "worth_per_customer",
            "What one of them brings from the first order on, before what it cost to get him; drawn towards the base where few came",
            _MONEY,
        ),
        Column("source_rank", "int64", "Place by worth per customer after its cost, best first.", "rank"),
    ),
)

INFLUENCE_LIFT: Final = TableContract(
    name="influence_lift",
    is_newer=True,
    meaning="How many new customers mentions brought, measured on the firm's own first orders; no row where there is too little to measure on.",
    key=("part",),
    columns=(
        Column(
            "part",
            "string",
            "told (customers who said so), others, or all. Customers whom a referral names are in none: see through_others.",
        ),
        Column("newcomers", "int64", "Customers who first bought in the days that were watched.", "customers"),
        *_range("brought_customers", "Of them brought by mentions; below zero where nothing of the kind is seen", "customers"),
        Column("is_shown", "boolean", "Whether the range lies above zero; what is not shown is counted nowhere."),
        *_range("half_life", "Days after which a mention has lost half its force, weighed by likelihood", "days"),
        Column("mentions", "int64", "Mentions with a reach.", "mentions"),
        Column("reach", "int64", "How many people saw or heard them.", "people"),
        Column("pressure", "float64", "Their reach times their kindness, where they were kind.", "people"),
    ),
)

INFLUENCE: Final = TableContract(
    name="influence",
    is_newer=True,
    meaning="What each customer's mentions brought. The same dollars stand with those who came: never add it to their value over customers.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column("mentions", "int64", "Mentions with a reach.", "mentions"),
        Column("reach", "int64", "How many people saw or heard them.", "people"),
        Column(
            "kindness", "float64", "How kindly they spoke, by reach, from -1 to 1; absent where nobody judged.", "share of 1", nullable=True
        ),
        Column("last_spoke_on", "date", "Day of the last.", "day"),
        *_range("brought_customers", "New customers whom they brought until the day of the forecast", "customers"),
        Column("coming_customers_expected", "float64", "Whom they will yet bring, as far as they have not faded.", "customers"),
        *_range(
            "value", "What those brought and are expected to bring; zero expected, and a range about it, where no lift is shown", _MONEY
        ),
        Column("is_shown", "boolean", "Whether a lift is shown at all: see influence_lift."),
    ),
)

PROSPECT: Final = TableContract(
    name="prospect",
    is_newer=True,
    meaning="Who is known and never bought, with what those who stood alike came to; a forecast.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column("kind_of_customer", "string", "person or organisation; absent where no record says.", nullable=True),
        Column("sources", "string", "The sources that know it, in the order of the alphabet."),
        Column("known_since", "date", "The first day on which one of its records is known to have been there.", "day", nullable=True),
        Column("weeks", "float64", "Within how many weeks a first order is looked for.", "weeks", nullable=True),
        *_range("first_order_probability", "Probability of a first order within them", "share", nullable=True),
        Column("worth_if_won_expected", "float64", "What one who came from there brings from the first order on; drawn towards all who came.", _MONEY, nullable=True),
        *_range("value", "Their product", _MONEY, nullable=True),
        Column("missing", "string", "What is missing where it is not scored; absent where it is.", nullable=True),
    ),
)  # fmt: skip

PROSPECT_TEST: Final = TableContract(
    name="prospect_test",
    is_newer=True,
    meaning="How the scoring of prospects did on later days than it was learned on: by fifths of its score.",
    key=("fifth",),
    columns=(
        Column("fifth", "int64", "From 1, of those with the highest chance, to 5.", "rank"),
        Column("origin", "date", "The day of the forecast: nothing of it or later was known.", "day"),
        Column("weeks", "float64", "How far ahead it was made.", "weeks"),
        Column("prospects", "int64", "Prospects in it.", "customers"),
        Column("came", "int64", "Of them, how many bought within the weeks.", "customers"),
        *_range("came", "How many were expected to", "customers"),
    ),
)

TABLES: Final = (LIFETIME, CUSTOMER_VALUE, VALUE_TOTAL, BACKTEST, TRACKING, POTENTIAL_TEST, MODEL_FIT, RETENTION_WORTH)
"""What the forecast writes."""

REASONS: Final = (PROFIT_DRIVER, VALUE_DRIVER, CONTEXT_VALUE, THROUGH_OTHERS, INFLUENCE, INFLUENCE_LIFT, ACQUISITION_SOURCE)
"""What is told of reasons."""

PROSPECTS: Final = (PROSPECT, PROSPECT_TEST)
"""What is told of who never bought."""

ALL: Final = (*TABLES, *REASONS, *PROSPECTS)
"""Every contract of this room."""
