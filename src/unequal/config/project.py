"""The whole of `unequal.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from unequal.config.advocates import Advocates
from unequal.config.codes import Codes
from unequal.config.customer_base import CustomerBase
from unequal.config.experience import Agents, Promises, Surveys
from unequal.config.identity import Identity
from unequal.config.ledger import Ledger
from unequal.config.live import Live
from unequal.config.loyalty import Loyalty
from unequal.config.metrics import Metric
from unequal.config.model import REGION, CurrencyCode, Name, Section, TimeZone
from unequal.config.movement import Movement
from unequal.config.plans import Plans
from unequal.config.programmes import Programme
from unequal.config.readiness import Readiness, WorthDoing
from unequal.config.sources import Source
from unequal.config.storage import Storage
from unequal.config.turnover import Turnover
from unequal.config.value import Value


class OwnAttribute(Section):
    """An attribute of the project's own that slices and rules may use."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "integer", "meaning": "Rooms of the hotel that the guest books for.", "unit": "rooms"}]}
    )

    type: Literal["text", "integer", "decimal", "date", "boolean"] = Field(description="The type of its values.")
    meaning: str = Field(min_length=1, description="What it says of a customer, in a sentence for the dictionary.")
    unit: str | None = Field(None, description="What it counts, for the dictionary.")
    protected: bool = Field(False, description="Never in a rule or a model unless a policy declares a lawful reason.")


class Project(Section):
    """A company's customer base: its sources and how they are read, joined, booked and grouped."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "project": "hill-bakery",
                    "reporting_currency": "EUR",
                    "time_zone": "Europe/Berlin",
                    "default_region": "DE",
                    "sources": {"crm": {"read": "data/customers.csv", "records": {"id": "customer_no", "attributes": {"email": "mail"}}}},
                }
            ]
        }
    )

    project: str = Field(min_length=1, max_length=100, description="The project's name.")
    reporting_currency: CurrencyCode = Field(description="ISO 4217 code of the currency that all figures are in.")
    time_zone: TimeZone = Field(description="IANA name of the company's zone: it decides on which day a dollar is booked.")
    default_region: Annotated[str, Field(pattern=REGION)] | None = Field(
        None, description="ISO 3166 code of the country that local phone numbers belong to."
    )
    sources: dict[Name, Source] = Field(min_length=1, description="The tables of the company's applications, each under a name.")
    attributes: dict[Name, OwnAttribute] = Field(default_factory=dict, description="Attributes of the project's own.")
    identity: Identity = Field(Identity(), description="What makes records one customer.")
    ledger: Ledger = Field(
        Ledger(),
        description="Which rates dollars are booked at, what serving customers costs, and the general ledger they are held against.",
    )
    customer_base: CustomerBase = Field(CustomerBase(), description="How customers are grouped by what they bring.")
    movement: Movement = Field(Movement(), description="By which schemes customers are banded, and how their movement is told.")
    value: Value = Field(Value(), description="What a customer will bring, and by which relationships.")
    advocates: Advocates = Field(Advocates(), description="Who brings others: where referrals are counted, and where the four kinds part.")
    programmes: dict[Name, Programme] = Field(
        default_factory=dict, description="What the company is doing to its customers, each programme, campaign or incentive under a name."
    )
    surveys: Surveys | None = Field(None, description="What customers say of the parts of the service.")
    agents: Agents | None = Field(None, description="Who serves customers, and what they are paid for.")
    promises: Promises | None = Field(None, description="What customers were promised, and what is earned at their expense.")
    plans: Plans | None = Field(None, description="What plans cost and hold, and what each customer uses, so that a cheaper one is found.")
    codes: dict[Name, Codes] = Field(
        default_factory=dict, description="Of sources with codes that people pick from lists: who picks, and in what order they stand."
    )
    readiness: Readiness = Field(Readiness(), description="What the data cannot say of how ready the firm is to steer by its customers.")
    worth_doing: WorthDoing = Field(WorthDoing(), description="What is assumed of the effects of steering by customers' value.")
    loyalty: Loyalty = Field(Loyalty(), description="What customers do or meet with that may tell who stays.")
    metrics: dict[Name, Metric] = Field(default_factory=dict, description="Figures of one's own, watched from month to month.")
    turnover: Turnover = Field(
        Turnover(), description="Customers who come and who go: plans, and whose leaving is recorded or told by silence."
    )
    live: Live = Field(Live(), description="The moment of contact: who sends events of customers as they happen.")
    storage: Storage = Field(Storage(), description="Where tables and state are kept.")
