"""The section `plans`: what the tariffs cost and hold, and what each customer uses, so that a cheaper one is found that would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from unequal.config.model import MONEY, ColumnName, Name, Section
from unequal.config.sources import CustomerOf

UNLIMITED: Final = "unlimited"
_HELD: Final = r"^(unlimited|\d{1,12}(\.\d{1,6})?)$"
_NUMBERS: Final = ("integer", "decimal", "money")
_Price = Annotated[str, Field(pattern=MONEY)]
Held = Annotated[str, Field(pattern=_HELD)]


class Plan(Section):
    """What one plan costs, and how much of each use it holds."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"price": "20.00", "includes": {"gigabytes": "10", "minutes": UNLIMITED}, "beyond": {"gigabytes": "2.50"}}]}
    )  # fmt: skip

    price: _Price = Field(description="Its price for one of `per`, in the reporting currency, in quotes.")
    includes: dict[Name, Held] = Field(
        default_factory=dict,
        description='How much of each use it holds for one of `per`, a number in quotes, or "unlimited"; nothing of a use that is not named.',
    )
    beyond: dict[Name, _Price] = Field(
        default_factory=dict, description="What each unit of a use costs beyond that; a use that is not named cannot be had beyond it."
    )


class PlanList(Section):
    """A price list that is one of the sources."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "tariffs", "plan": "code", "price": "price", "includes": {"gigabytes": "gb"}}]}
    )

    source: Name = Field(description="The source with a row for each plan.")
    plan: ColumnName = Field(description="Its column with the plan's code, as contracts have it.")
    price: ColumnName = Field(description="Its column with the price for one of `per`, in the reporting currency.")
    includes: dict[Name, ColumnName] = Field(
        description="Of each use the column with how much is held; where it is empty, without a limit."
    )
    beyond: dict[Name, ColumnName] = Field(
        default_factory=dict, description="Of each use the column with what a unit costs beyond that; where it is empty none can be had."
    )


def _written_as(given: object) -> str | None:
    """Whether the plans are written out, or a source is named that lists them."""
    if isinstance(given, PlanList) or (isinstance(given, Mapping) and isinstance(given.get("source"), str)):
        return "list"
    return "plans" if isinstance(given, Mapping) else None


Offered = Annotated[
    Annotated[dict[ColumnName, Plan], Field(min_length=1), Tag("plans")] | Annotated[PlanList, Tag("list")],
    Discriminator(_written_as, custom_error_type="shape", custom_error_message="plans by their codes, or the source that lists them"),
]


class Plans(Section):
    """Which plan each customer has, what he uses of it, and what the others would cost him."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "usage", "customer": {"source": "crm", "id": "customer_no"}, "contract": "sim", "day": "month", "plan": "tariff",
                 "use": {"gigabytes": "gb"},
                 "offered": {"SMALL": {"price": "10.00", "includes": {"gigabytes": "5"}}, "LARGE": {"price": "25.00", "includes": {"gigabytes": "50"}}}}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with what was used: a row for each contract, or one for each contract and month.")
    customer: CustomerOf = Field(description="Who pays.")
    contract: ColumnName | None = Field(None, description="The column that names the contract, where it has several rows.")
    day: ColumnName | None = Field(
        None, description="The column with the day of the row; where it is given, the last twelve months of the table count."
    )
    plan: ColumnName = Field(description="The column with the plan that the customer has.")
    paid: ColumnName | None = Field(
        None,
        description="The column with what was paid for it, in the reporting currency; otherwise what the plan's price says of the use.",
    )
    use: dict[Name, ColumnName] = Field(min_length=1, description="What is used, each under a name, and its column.")
    per: Literal["month", "quarter", "year"] = Field("month", description="What a row and a price are for.")
    offered: Offered = Field(description="The plans that he could have, by their codes; or the source that lists them.")


def columns_of_plans(plans: Plans | None) -> Iterator[tuple[tuple[str | int, ...], str, str, tuple[str, ...]]]:
    """Every column that the section names: its place, its source, the column, and of which types it may be (none: of any)."""
    if plans is None:
        return
    for key, types in (("contract", ()), ("plan", ()), ("day", ("date", "timestamp")), ("paid", _NUMBERS)):
        if getattr(plans, key):
            yield ("plans", key), plans.source, getattr(plans, key), types
    yield from ((("plans", "use", name), plans.source, column, _NUMBERS) for name, column in plans.use.items())
    if isinstance(plans.offered, PlanList):
        listed = plans.offered
        at = ("plans", "offered")
        yield (*at, "plan"), listed.source, listed.plan, ()
        yield (*at, "price"), listed.source, listed.price, _NUMBERS
        for key in ("includes", "beyond"):
            yield from (((*at, key, name), listed.source, column, _NUMBERS) for name, column in getattr(listed, key).items())


def uses_unknown(plans: Plans) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What plans hold of uses that no column has: where it stands, and the use."""
    terms = {(): plans.offered} if isinstance(plans.offered, PlanList) else {(code,): plan for code, plan in plans.offered.items()}
    for code, plan in terms.items():
        for key in ("includes", "beyond"):
            yield from ((("plans", "offered", *code, key, name), name) for name in getattr(plan, key) if name not in plans.use)
