"""The section `value`: what a customer will bring, and by which relationships with the company."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field

from unequal.config.model import MONEY, ColumnName, Name, PredicateText, Section, WholeNumber, read_day
from unequal.config.sources import CustomerOf
from unequal.terms.house_words import HouseWords, OtherWord, of_customers

Rhythm = Literal["week", "month", "quarter", "year"]
"""How often something may happen, or is due."""


class Orders(Section):
    """Customers buy when they like, and leave without saying so: a shop."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "orders", "where": "channel <> 'services'"}]})

    kind: Literal["orders"] = Field(description="Customers order when they like, and leave in silence.")
    where: PredicateText | None = Field(
        None, description="The entries of this relationship, as in channel = 'shop'; all that no other relationship claims by default."
    )


class Histories(Section):
    """Histories that come counted: a row for each customer, and no row for each occasion."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "donors", "customer": {"id": "donor_no"}, "repeat": "frequency", "last": "recency", "opportunities": "T"}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with a row for each customer.")
    customer: CustomerOf = Field(description="Whose history it is.")
    repeat: ColumnName = Field(description="The column that counts how often the customer came after the first time.")
    last: ColumnName = Field(
        description="The column with the opportunity at which he came last, counted from 1; 0 where he never came again."
    )
    opportunities: ColumnName = Field(description="The column that counts the opportunities since the first time.")


class Occasions(Section):
    """Customers may come once in each period, and leave without saying so: a yearly donation, a conference."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "occasions", "every": "year"},
                {"kind": "occasions", "every": "year", "dollars_an_occasion": "50",
                 "histories": {"source": "donors", "customer": {"id": "donor_no"}, "repeat": "frequency", "last": "recency", "opportunities": "T"}},
            ]
        }
    )  # fmt: skip

    kind: Literal["occasions"] = Field(description="Customers may come once in each period, and leave in silence.")
    every: Rhythm = Field(description="The period with one occasion: week, month, quarter or year.")
    where: PredicateText | None = Field(
        None, description="The entries of this relationship; all that no other relationship claims by default."
    )
    histories: Histories | None = Field(
        None,
        description="Histories that come counted, where no row is dated; such a relationship claims no entries, and needs value.as_of.",
    )
    dollars_an_occasion: Annotated[str, Field(pattern=MONEY)] | None = Field(
        None,
        description="What an occasion of counted histories brings, in the reporting currency, in quotes: an assumption, and shown as one.",
    )


class Contracts(Section):
    """Customers are bound until they say that they leave: a telephone, a membership."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "contracts", "source": "services", "customer": {"source": "accounts", "id": "account_no"}, "started": "started_on",
                 "ended": "ends_on", "renews": "month", "where": "channel = 'services'"}
            ]
        }
    )  # fmt: skip

    kind: Literal["contracts"] = Field(description="Customers are bound until they say that they leave.")
    source: Name = Field(description="The source with a row for each contract.")
    customer: CustomerOf = Field(description="Whose contract it is.")
    started: ColumnName = Field(description="The column with its first day.")
    ended: ColumnName = Field(description="The column with its last day; empty, or later than all data, where it runs on.")
    renews: Rhythm = Field("month", description="How often the customer decides whether to stay: month, quarter or year.")
    covariates: tuple[ColumnName, ...] = Field(
        (), description="Columns of numbers, as they stood at the start, that may hasten or delay the end."
    )
    where: PredicateText | None = Field(
        None,
        description="The entries that these contracts bring, as in channel = 'services'; all that no other relationship claims by default.",
    )


def claims_entries(relationship: Orders | Occasions | Contracts) -> bool:
    """Whether entries belong to a relationship: those whose histories come counted have none."""
    return not (isinstance(relationship, Occasions) and relationship.histories is not None)


def sources_of(relationship: Orders | Occasions | Contracts) -> tuple[str, ...]:
    """The sources whose rows a relationship reads beside the entries."""
    if isinstance(relationship, Contracts):
        return (relationship.source,)
    return (relationship.histories.source,) if isinstance(relationship, Occasions) and relationship.histories else ()


Relationship = Annotated[Orders | Occasions | Contracts, Discriminator("kind")]
"""How customers and the company stand to each other in one line of business."""


class Backtest(Section):
    """How forecasts are put to the test: made as of earlier days, and held against what came."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hold_out_weeks": 26, "origins": 3, "refuse_if_total_off_by": 0.15}]})

    hold_out_weeks: WholeNumber = Field(26, ge=1, le=520, description="How far ahead each test forecasts.")
    origins: WholeNumber = Field(3, ge=1, le=24, description="From how many earlier days; each as far before the next as it forecasts.")
    refuse_if_total_off_by: float | None = Field(
        None,
        gt=0,
        le=10,
        description="Publish no forecast of a relationship whose total was further off than this share in the latest test.",
    )


class ThroughOthers(Section):
    """What customers bring through others: what is assumed of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"came_anyway_share": 0.5, "reward": "20", "depth": 1}]})

    came_anyway_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Of customers who were referred, the share who would have come anyway: an assumption until it is measured.",
    )
    reward: Annotated[str, Field(pattern=MONEY)] = Field(
        "0", description="What is paid for each referral, in the reporting currency, in quotes."
    )
    depth: WholeNumber = Field(1, ge=1, le=5, description="How many steps count: 1 counts those whom a customer brought itself.")
    decay: float = Field(0.5, ge=0, le=1, description="What each further step counts, as a share of the one before it.")


class Influence(Section):
    """Which contacts are mentions, and by what customers say that a mention brought them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": "mention", "told_by": ["social"]}]})

    contact: str = Field("mention", min_length=1, description="The kind of contact that counts as a mention; those with a reach count.")
    told_by: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (),
        description="Sources of acquisition (the channel of entries on the line acquisition) by which customers say that a mention brought them.",
    )


class Seeds(Section):
    """Who may be handed to an advertiser as a pattern for look-alikes: the best of those who consented."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"consented": "newsletter = 'yes'", "share": 0.1}]})

    consented: PredicateText = Field(
        description="Which customers consented, as a rule over their attributes; without it nobody is handed out."
    )
    share: float = Field(0.1, gt=0, le=1, description="Of those who consented, the share that is expected to bring most.")


class Value(Section):
    """What a customer will bring."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"horizon_weeks": 156, "discount_rate_annual": 0.1, "relationships": {"shop": {"kind": "orders"}},
                 "backtest": {"hold_out_weeks": 26, "origins": 3}}
            ]
        }
    )  # fmt: skip

    relationships: dict[Name, Relationship] = Field(
        default_factory=dict, description="The lines of business, each under a name; one of kind orders with all entries by default."
    )
    model: Literal["auto", "bg_nbd", "pareto_nbd", "bg_nbd_seasonal", "pareto_nbd_seasonal", "last_year_again", "mean", "zero"] = Field(
        "auto", description="Which model forecasts orders: auto takes the one that did best in the backtests."
    )
    horizon_weeks: WholeNumber = Field(156, ge=1, le=1040, description="How far ahead value is counted.")
    discount_rate_annual: float = Field(
        0.10, ge=0, le=1, description="What a dollar a year from now is worth less than a dollar today, as a share of 1."
    )
    as_of: Annotated[date, BeforeValidator(read_day)] | None = Field(
        None, description="The first day of the forecast; the day after the last entry by default."
    )
    words: Literal["customers", "donors", "members", "patients", "citizens", "guests", "clients"] = Field(
        "customers", description="What the house calls its customers."
    )
    further_words: dict[OtherWord, Annotated[str, Field(pattern=r"^[a-z][a-z -]{1,30}$")]] = Field(
        default_factory=dict,
        description="What it calls orders, sales, occasions and the company, in the plural but for the last; "
        "by default what goes with its word for customers, as gifts with donors.",
    )
    through_others: ThroughOthers = Field(ThroughOthers(), description="What is assumed of referrals and introductions.")
    influence: Influence = Field(Influence(), description="What mentions bring is measured; here stands which contacts are mentions.")
    seeds: Seeds | None = Field(None, description="Who may be handed out as a pattern for look-alikes; nobody by default.")
    backtest: Backtest = Field(Backtest(), description="How forecasts are put to the test.")

    @property
    def house(self) -> HouseWords:
        """The words of the house: those given, and for the rest those that go with its word for customers."""
        return HouseWords(self.words, {**of_customers(self.words).further, **self.further_words})
