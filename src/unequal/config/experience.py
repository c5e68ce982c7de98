"""The sections `surveys`, `agents` and `promises`: what customers say, who serves them, and what they were promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import ConfigDict, Field

from unequal.config.model import ColumnName, Name, PredicateText, Section, WholeNumber
from unequal.config.sources import CustomerOf

NUMBERS: Final = ("integer", "decimal", "money")
DAYS: Final = ("date", "timestamp")
TEXTS: Final = ("text",)


class Surveys(Section):
    """What customers say of the parts of the service, and how pleased they are with the whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "surveys", "customer": {"source": "crm", "id": "customer_no"}, "day": "answered_on",
                 "attributes": ["delivery", "quality", "price"], "satisfaction": "satisfaction", "recommend": "recommend"}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with a row for each answered questionnaire.")
    customer: CustomerOf = Field(description="Who answered.")
    day: ColumnName = Field(description="The column with the day of the answer.")
    attributes: tuple[ColumnName, ...] = Field(min_length=1, description="The columns with a score for each part of the service.")
    satisfaction: ColumnName | None = Field(None, description="The column with the score of the whole.")
    recommend: ColumnName | None = Field(None, description="The column with how likely the customer is to recommend the company.")


class Incentive(Section):
    """What some agents are paid for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pays_for": "short calls", "from": "quota_from"}]})

    pays_for: str = Field(min_length=1, max_length=100, description="What it pays for, in words, as in short calls.")
    from_: ColumnName = Field(alias="from", description="The column of the table of agents with its first day; empty for whoever has none.")


class Agents(Section):
    """Who serves customers, in which team, and what they are paid for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "agents", "agent": "agent", "team": "team", "contacts": "tickets", "recorded": "reason_code", "about": "order_no",
                 "repeat_within_days": 8, "incentive": {"pays_for": "short calls", "from": "quota_from"}, "asked_for": "rapport"}
            ]
        }
    )  # fmt: skip

    contacts: Name = Field(
        description="The source with the contacts that agents answer; its interactions say whose, when and by which agent."
    )
    recorded: ColumnName | None = Field(None, description="The column of contacts with the code that the agent recorded as the reason.")
    about: ColumnName | None = Field(
        None, description="The column of contacts that says what it was about, such as the number of the order; often empty."
    )
    source: Name | None = Field(None, description="The source with a row for each agent; none where only their codes are known.")
    agent: ColumnName | None = Field(None, description="Its column with the agent's code, as contacts have it.")
    team: ColumnName | None = Field(None, description="Its column with the agent's team.")
    incentive: Incentive | None = Field(None, description="What some of them are paid for, and from when.")
    asked_for: str | None = Field(
        None,
        max_length=100,
        description="What agents are asked for in words, as in rapport, where it is another thing than what is paid for.",
    )
    repeat_within_days: WholeNumber = Field(
        8,
        ge=1,
        le=90,
        description="A contact of the same customer within so many days is about the same matter, unless both say what they are about.",
    )


class Promises(Section):
    """What customers were promised and whether it was kept, and what was earned at their expense."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "orders", "customer": {"source": "crm", "id": "customer_no"}, "promised": "promised_on", "kept": "delivered_on",
                 "at_customers_expense": {"late_fees": "product = 'LATEFEE'"}}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with a row for each promise, such as an order with a day of delivery.")
    customer: CustomerOf = Field(description="Whom it was promised to.")
    promised: ColumnName = Field(description="The column with the day that was promised; empty where nothing was.")
    kept: ColumnName = Field(description="The column with the day on which it was done; empty where it is not done yet.")
    at_customers_expense: dict[Name, PredicateText] = Field(
        default_factory=dict,
        description="Which entries are penalties, late fees and breakage: each a name and a rule over the ledger's columns. They are shown as "
        "dollars at the customer's expense, and raise nobody's band.",
    )


Kind = Literal["surveys", "agents", "promises"]


def columns_of_experience(
    surveys: Surveys | None, agents: Agents | None, promises: Promises | None
) -> Iterator[tuple[tuple[str | int, ...], str, str, tuple[str, ...]]]:
    """Every column that the three sections name: its place, its source, the column, and of which types it may be (none: of any)."""
    if surveys is not None:
        yield ("surveys", "day"), surveys.source, surveys.day, DAYS
        yield from ((("surveys", "attributes", number), surveys.source, name, NUMBERS) for number, name in enumerate(surveys.attributes))
        for key in ("satisfaction", "recommend"):
            if getattr(surveys, key):
                yield ("surveys", key), surveys.source, getattr(surveys, key), NUMBERS
    if promises is not None:
        yield from ((("promises", key), promises.source, getattr(promises, key), DAYS) for key in ("promised", "kept"))
    if agents is not None:
        yield from _columns_of_agents(agents)


def _columns_of_agents(agents: Agents) -> Iterator[tuple[tuple[str | int, ...], str, str, tuple[str, ...]]]:
    for key in ("recorded", "about"):
        if getattr(agents, key):
            yield ("agents", key), agents.contacts, getattr(agents, key), ()
    if agents.source is None:
        return
    for key in ("agent", "team"):
        if getattr(agents, key):
            yield ("agents", key), agents.source, getattr(agents, key), ()
    if agents.incentive is not None:
        yield ("agents", "incentive", "from"), agents.source, agents.incentive.from_, DAYS
