"""Contracts of the tables that tell what customers need."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract

_GROUP: Final = Column("needs_group", "string", "The group, by its name: what its customers do more than others.")
_PART: Final = (
    Column("habit", "string", "What is chosen, or happens: channel, discount, returns, a kind of contact and so on."),
    Column("part", "string", "The way it is done; of a rate the habit itself."),
)

NEEDS_GROUP: Final = TableContract(
    name="needs_group",
    meaning="Groups of customers who have the same habits, whatever they are worth; how surely each comes out again, and the short rule that finds it. "
    "None where customers of one kind explain the habits as well.",
    key=("needs_group",),
    columns=(
        _GROUP,
        Column("place", "int64", "Its place by size, the largest 1.", unit="rank"),
        Column("stands", "boolean", "Whether it comes out again when customers are drawn anew: mean Jaccard similarity at least 0.75 (Hennig 2007). "
               "One that does not is told of nobody."),
        Column("customers", "int64", "Customers who are told to be of it.", unit="customers"),
        Column("size_expected", "float64", "The share of all customers that it has, those included who are known too little to be told.", unit="share"),
        Column("jaccard_expected", "float64", "How alike it comes out again from customers drawn anew: mean of the draws.", unit="share"),
        Column("jaccard_low", "float64", "Nine draws in ten are above about this.", unit="share"),
        Column("jaccard_high", "float64", "Nine draws in ten are below about this.", unit="share"),
        Column("rule", "string", "Two or three habits that find it; absent where no rule does.", nullable=True),
        Column("rule_caught_share", "float64", "Of its customers, the share that the rule finds, on customers it was not learned on.", unit="share",
               nullable=True),
        Column("rule_precision", "float64", "Of those whom the rule finds, the share that is of the group, likewise.", unit="share", nullable=True),
    ),
)  # fmt: skip

NEEDS_TRAIT: Final = TableContract(
    name="needs_trait",
    meaning="What the customers of a needs group do, beside all others: the mean of the group as the model has it.",
    key=("needs_group", "part"),
    columns=(
        _GROUP,
        *_PART,
        Column("words", "string", "What is said of its customers: that they do it more than others, or less."),
        Column("kind", "string", "shares: of the times it could have been done; rate: how often for each day of buying."),
        Column("group_share", "float64", "In the group.", unit="share or times a day of buying"),
        Column("others_share", "float64", "In all other groups together.", unit="share or times a day of buying"),
        Column("telling", "float64", "How much it tells a customer of the group from others: expected log likelihood ratio of a customer's counts.",
               unit="nats"),
        Column("in_name", "boolean", "Whether the group is named by it."),
    ),
)  # fmt: skip

NEEDS_HABIT: Final = TableContract(
    name="needs_habit",
    meaning="The habits that were looked at, and how much customers differ in each beyond what chance shows.",
    key=("habit", "part"),
    columns=(
        *_PART,
        Column("meaning", "string", "The habit as a heading says it."),
        Column("kind", "string", "shares or rate."),
        Column("all_share", "float64", "Over all customers.", unit="share or times a day of buying"),
        Column("spread", "float64", "Of shares: the correlation of two counts of one customer; of a rate: the variance of customers' rates over its square.",
               unit="ratio"),
        Column("errors", "float64", "How many standard errors that is from nothing.", unit="standard errors"),
        Column("used", "boolean", "Whether groups are found by it: customers differ in it, more than chance shows and by enough to matter."),
    ),
)  # fmt: skip

NEEDS_STABILITY: Final = TableContract(
    name="needs_stability",
    meaning="How the groups were found: one row, none where no groups were.",
    key=("found",),
    columns=(
        Column("found", "int64", "How many groups.", unit="groups"),
        Column("standing", "int64", "Of these, those that stand.", unit="groups"),
        Column("learned_on", "int64", "Customers they were learned on.", unit="customers"),
        Column("draws", "int64", "How often customers were drawn anew.", unit="draws"),
        Column(
            "rand_expected",
            "float64",
            "Adjusted Rand index of the groups and those of customers drawn anew (Hubert & Arabie 1985): mean.",
            unit="ratio",
        ),
        Column("rand_low", "float64", "Nine draws in ten are above about this.", unit="ratio"),
        Column("rand_high", "float64", "Nine draws in ten are below about this.", unit="ratio"),
    ),
)

CUSTOMER_NEEDS: Final = TableContract(
    name="customer_needs",
    meaning="Each customer who buys, and the needs group that it is told to be of.",
    key=("customer_id",),
    columns=(
        Column("customer_id", "string", "The customer."),
        Column("needs_group", "string", "The group by its name; absent where nothing can be told, and `why_not` says why.", nullable=True),
        Column("group_probability_expected", "float64", "How likely it is of its likeliest group; absent where no groups were found.", unit="share",
               nullable=True),
        Column("days", "int64", "Days on which it bought.", unit="days"),
        Column("why_not", "string", "few_days: it bought on fewer than three days; between: no group is likelier than all others together; not_standing: "
               "its group does not stand; no_groups: none were found; absent where it has a group.", nullable=True),
    ),
)  # fmt: skip

ALL: Final = (NEEDS_GROUP, NEEDS_TRAIT, NEEDS_HABIT, NEEDS_STABILITY, CUSTOMER_NEEDS)
"""What the step writes."""
