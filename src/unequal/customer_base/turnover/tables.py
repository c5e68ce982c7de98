"""Contracts of the tables about customers who come and who go."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

_MONEY: Final = "reporting currency"
_CUSTOMER: Final = Column("customer_id", "string", "The customer; never a bucket.")
_RELATIONSHIP: Final = Column("relationship", "string", "The line of business, as the config names it.")
_HOW: Final = Column("how", "string", "ended: the customer, or its contract, said so; silent: it stays away, and nobody said anything.")

GAINED: Final = TableContract(
    name="gained",
    meaning="How each customer began: the day of its first sale, where that was, what brought it, and since when records call it a customer.",
    key=("customer_id",),
    columns=(
        _CUSTOMER,
        Column("began_on", "date", "The day of its first sale: from it on it counts as a customer.", "day"),
        Column("first_channel", "string", "Channel of the first sale; `not known` where none is mapped."),
        Column("first_market", "string", "Market of the first sale; `not known` where none is mapped."),
        Column(
            "acquired_by", "string", "What brought it: the channel of its entries on the line acquisition; `not known` where it has none."
        ),
        Column("acquisition_cost", TOTAL, "What was paid to win it, positive; zero where nothing is booked.", _MONEY),
        Column(
            "said_since", "date", "The earliest day since which a record calls it a customer; absent where none says.", "day", nullable=True
        ),
    ),
)

SAID_NEW: Final = TableContract(
    name="said_new",
    meaning="Each source's own idea of a new customer beside ours: by the month since which its records say that they are one.",
    key=("source", "month"),
    columns=(
        Column("source", "string", "The source."),
        Column("month", "date", "The first day of the month that its records give.", "day"),
        Column("records", "int64", "Records that are new in it.", "records"),
        Column("customers", "int64", "Customers behind them, each once a month.", "customers"),
        Column("same_month", "int64", "Of these, customers whose first sale lies in the same month.", "customers"),
        Column("bought_before", "int64", "Of these, customers who had bought in an earlier month: not new.", "customers"),
        Column("bought_later", "int64", "Of these, customers whose first sale lies in a later month.", "customers"),
        Column("never_bought", "int64", "Of these, customers who have never bought.", "customers"),
    ),
)

LOST: Final = TableContract(
    name="lost",
    meaning="Customers who have left a line of business: who said so, and whose silence says so.",
    key=("customer_id", "relationship"),
    columns=(
        _CUSTOMER,
        _RELATIONSHIP,
        _HOW,
        Column("lost_on", "date", "The day of the end; of the silent the one on which the next order was due, a mean gap after the last; absent where no row gives one.", "day", nullable=True),
        Column("reason", "string", "The reason that was recorded with the last end; absent where none was, and of the silent.", nullable=True),
        Column("p_alive", "float64", "Probability that it still is a customer of that line; 0 of ended.", "share"),
        Column("everywhere", "boolean", "Whether it has left every line of business that it had."),
        Column(
            "foregone_expected", "float64",
            "What it would be expected to bring within the horizon had it stayed, beyond what still is expected: an estimate; absent where nothing is forecast.",
            _MONEY, nullable=True,
        ),
        Column("foregone_deviation", "float64", "Standard deviation of that for one customer; absent likewise.", _MONEY, nullable=True),
    ),
)  # fmt: skip

WON_BACK: Final = TableContract(
    name="won_back",
    meaning="Customers who came back: after the end of a contract, or after a silence that their own rhythm does not explain.",
    key=("customer_id", "relationship", "back_on"),
    columns=(
        _CUSTOMER,
        _RELATIONSHIP,
        _HOW,
        Column("left_on", "date", "The day of the end, or of the last order before the silence.", "day"),
        Column("back_on", "date", "The day on which it came back.", "day"),
    ),
)

KEPT: Final = TableContract(
    name="kept",
    meaning="How much of the base is still there so many months after it began: survival, where silence counts by its probability.",
    key=("relationship", "months"),
    columns=(
        Column("relationship", "string", "The line of business; all for customers over all lines."),
        Column("months", "int64", "Months since the beginning.", "months"),
        Column("at_risk", "float64", "Customers watched for so long who are still there: expected.", "customers"),
        Column("kept_expected", "float64", "The share that stays so long: expected.", "share"),
        Column("kept_low", "float64", "Lower end of its 90 % range.", "share"),
        Column("kept_high", "float64", "Upper end of it.", "share"),
    ),
)

LOSS_SIGN: Final = TableContract(
    name="loss_sign",
    meaning="What differed in the last half year of those who left from a half year of those who stayed: associations, and no causes.",
    key=("how", "sign"),
    columns=(
        _HOW,
        Column("sign", "string", "What was counted in the half year: orders, returns, failures, contact:KIND, ..."),
        Column("lost", "int64", "Customers who left whose half year was looked at.", "customers"),
        Column("stayed", "int64", "Customers who stayed whose half year was looked at.", "customers"),
        Column("lost_mean", "float64", "Its mean among those who left.", "as its sign"),
        Column("stayed_mean", "float64", "Its mean among those who stayed.", "as its sign"),
        Column("difference_expected", "float64", "The former less the latter.", "as its sign"),
        Column("difference_low", "float64", "Lower end of its 90 % range.", "as its sign"),
        Column("difference_high", "float64", "Upper end of it.", "as its sign"),
        Column(
            "strength",
            "float64",
            "The difference over the standard deviation of both together; 0 where there is none.",
            "standard deviations",
        ),
    ),
)

ALL: Final = (GAINED, SAID_NEW, LOST, WON_BACK, KEPT, LOSS_SIGN)
"""What the step writes."""
