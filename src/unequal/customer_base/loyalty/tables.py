"""Contracts of the tables that tell why customers stay."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract


def _range(name: str, meaning: str, unit: str, *, nullable: bool = False) -> tuple[Column, ...]:
    absent = "; absent where it could not be measured" if nullable else ""
    return (
        Column(f"{name}_expected", "float64", f"{meaning}: expected{absent}.", unit=unit, nullable=nullable),
        Column(f"{name}_low", "float64", f"{meaning}: lower end of nine in ten{absent}.", unit=unit, nullable=nullable),
        Column(f"{name}_high", "float64", f"{meaning}: upper end of nine in ten{absent}.", unit=unit, nullable=nullable),
    )


BEHAVIOUR: Final = TableContract(
    name="behaviour",
    meaning="What customers do or meet with, and how strongly it goes with leaving and with growing: an association, all else that is known held equal.",
    key=("behaviour",),
    columns=(
        Column("behaviour", "string", "Its name: a kind of contact as `contact NAME`, a declared one as `declared NAME`, or one of the ledger's."),
        Column("meaning", "string", "What it is, as a heading says it."),
        Column("measured_as", "string", "rhythm: how often lately against what is usual for the customer; event: whether it happened lately; "
               "level: how much of it over the past year."),
        Column("declared", "boolean", "Whether the config declares it; else it was found in the ledger and the contacts."),
        Column("customers", "int64", "Customers who are still there, on the day of the run.", unit="customers"),
        Column("showing", "int64", "Of these, those who show it: a rhythm at least as usual; an event lately; a level above the mean.",
               unit="customers"),
        *_range("odds_ratio", "By how much the odds of leaving are multiplied: by an event; by one standard deviation more of a rhythm or level", "ratio"),
        *_range("leaving", "How many more of a hundred leave with an event than without; with one standard deviation more of a rhythm or level", "share"),
        *_range("growing", "How many more of those who stay spend more in the next half-year than in the last, likewise", "share", nullable=True),
        Column("held_out_odds_ratio", "float64", "The same odds ratio measured on a later day alone; absent where the history is too short for one.",
               unit="ratio", nullable=True),
        Column("holds", "boolean", "Whether the range leaves out 1 and the later day points the same way; absent where there was no later day.",
               nullable=True),
        Column("effect", "string", "keeps: goes with staying; drives_away: goes with leaving; not_shown: the range includes no effect, or the later day points "
               "the other way."),
    ),
)  # fmt: skip

BEHAVIOUR_TREND: Final = TableContract(
    name="behaviour_trend",
    meaning="How many customers showed each behaviour, and with how many it veered, on each of several days.",
    key=("behaviour", "day"),
    columns=(
        Column("behaviour", "string", "Its name."),
        Column("day", "date", "The morning it is told of.", unit="day"),
        Column(
            "customers",
            "int64",
            "Customers who were still there, of those drawn for learning; all of them on the last day.",
            unit="customers",
        ),
        Column("showing", "int64", "Of these, those who showed it.", unit="customers"),
        Column("veering", "int64", "Of these, those with whom it had veered so that leaving was likelier.", unit="customers"),
    ),
)

WARNING_TEST: Final = TableContract(
    name="warning_test",
    meaning="How good the warning was on a later day than it was learned on, beside the days since the last order; none where the history is too short.",
    key=("day", "recall"),
    columns=(
        Column("day", "date", "The day of the test.", unit="day"),
        Column(
            "learned_until", "date", "The last day it was learned on; what followed it was known before the day of the test.", unit="day"
        ),
        Column("recall", "float64", "Of those who left, the share that the warnings reach.", unit="share"),
        Column("customers", "int64", "Customers who were still there.", unit="customers"),
        Column(
            "left_expected",
            "float64",
            "Of these, those who left within the weeks of the warning: silences beyond what own rhythm explains.",
            unit="customers",
        ),
        Column("precision", "float64", "Of those warned of by behaviour alone, the share that left.", unit="share"),
        Column("precision_with_rhythm", "float64", "The same where warnings go by behaviour and own rhythm together.", unit="share"),
        Column("precision_of_recency", "float64", "The same where warnings go by the days since the last order.", unit="share"),
    ),
)

SIGNAL: Final = TableContract(
    name="signal",
    meaning="Early warnings: a behaviour that goes with staying has veered, for a customer or a group.",
    key=("subject", "customer_id", "behaviour"),
    columns=(
        Column("subject", "string", "`customer`, or a group as `channel web`; `all` for the whole base."),
        Column("customer_id", "string", "The customer; absent where the signal is a group's.", nullable=True),
        Column("behaviour", "string", "Which behaviour veered."),
        Column("since", "date", "Since when: the first day of the event, or the day after the last contact of a rhythm, no earlier than lately began.",
               unit="day"),
        Column("recent", "int64", "How often lately; of a group, with how many customers it has veered.", unit="times"),
        Column("usual", "float64", "How often would have been usual; of a group, with how many customers it usually has.", unit="times"),
        *_range("lead_days", "From the day of the run to the customer's last order or contact, if it leaves", "days"),
        *_range("added_loss", "Added probability of leaving within the weeks of the warning; of a group, the mean over its customers", "share"),
        *_range("at_risk", "What is expected of the customer within the horizon, times that probability", "reporting currency"),
    ),
)  # fmt: skip

LOYALTY: Final = (BEHAVIOUR, BEHAVIOUR_TREND, WARNING_TEST, SIGNAL)
"""What the step writes."""
