"""The section `identity`: what makes records one customer, and which of their values stands for it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag

from unequal.config.model import Name, Section, WholeNumber, shape_of
from unequal.terms.lines import Line

GoldenRule = Literal["verified", "source_trust", "agreement", "recency", "completeness"]


def _some_each_once(rules: tuple[GoldenRule, ...]) -> tuple[GoldenRule, ...]:
    # Not by min_length: pydantic would also call a list empty whose only rule is misspelt.
    if not rules:
        raise ValueError("empty")
    twice = [rule for rule, times in Counter(rules).items() if times > 1]
    if twice:
        raise ValueError(f"a list that has {twice[0]} twice")
    return rules


def _sources_once(sources: tuple[str, ...]) -> tuple[str, ...]:
    twice = [source for source, times in Counter(sources).items() if times > 1]
    if twice:
        raise ValueError(f"a list that has {twice[0]} twice")
    return sources


Rules = Annotated[tuple[GoldenRule, ...], AfterValidator(_some_each_once)]
SourceTrust = Annotated[
    Annotated[tuple[Name, ...], AfterValidator(_sources_once), Tag("list")]
    | Annotated[dict[Name, Annotated[WholeNumber, Field(ge=0, le=1_000_000)]], Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a list of sources, or sources with weights as {crm: 3}"),
]
"""Sources from the most trusted down, or each with a weight."""
CustomerIs = Literal["customer", "person", "organisation", "household", "account"]


def _some(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if not lines:
        raise ValueError("empty")
    return lines


class Households(Section):
    """Who lives together: inferred from homes, names, phones, e-mails and ages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"infer": True, "crowded_from": 7, "false_links": 0.05}]})

    infer: bool = Field(True, description="Infer households; false: only those that sources state.")
    crowded_from: WholeNumber = Field(
        7,
        ge=3,
        le=1000,
        description="Persons at one address without units from which on it may be a block of flats, and joins nobody alone.",
    )
    false_links: float = Field(
        0.05, gt=0, lt=0.5, description="The share of joined pairs that may be wrong by the model's own account; a share of 1."
    )


class Active(Section):
    """When a customer counts as active."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"within_days": 365, "lines": ["list_revenue"]}]})

    within_days: WholeNumber = Field(365, ge=1, le=36_500, description="Days before the last booked day, that day included.")
    lines: Annotated[tuple[Line, ...], AfterValidator(_some)] = Field(
        (Line.LIST_REVENUE,), description="Lines of the ledger of which one entry in that time is enough."
    )


class Identity(Section):
    """Which identifiers link records, when one is too common to mean anyone, and which of a customer's values stands for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "identifiers": ["email", "loyalty_no"],
                    "shared_by_at_most": 10,
                    "placeholders": ["0800 000000"],
                    "source_trust": ["crm", "shop"],
                    "golden": {"email": ["verified", "source_trust", "recency"], "address": ["recency", "completeness"]},
                }
            ]
        }
    )

    identifiers: tuple[Name, ...] = Field(
        ("email", "phone", "tax_id"),
        description="Attributes that identify, beside every declared key. Who shares one is one customer; e-mail and phone, which a household "
        "may share, are weighed with everything else.",
    )
    shared_by_at_most: WholeNumber = Field(
        10, ge=2, description="An identifier on more records than this links nobody: it is a placeholder or a switchboard."
    )
    false_links_at_most: float = Field(
        0.05,
        gt=0,
        lt=1,
        description="Share of the pairs of records put together by their weight that may be expected to be false; "
        "the threshold follows from it.",
    )
    pairs_a_record: float = Field(
        4.0, gt=0, le=1000, description="Pairs of records compared for each record, on average, at the most; small bases may compare more."
    )
    block_at_most: WholeNumber = Field(
        100, ge=2, description="Records that may share a value, or a combination of values, by which pairs are found; more find nobody."
    )
    placeholders: tuple[str, ...] = Field((), description="Values that are never an identifier, beside the known ones.")
    source_trust: SourceTrust = Field(
        (),
        description="Whose word counts for more where records differ: sources from the most trusted down, or each with a weight, "
        "as in {crm: 3, shop: 1}. A source that is not named is trusted least; with none named, all alike.",
    )
    golden: dict[Name, Rules] = Field(
        default_factory=dict,
        description="Attribute: the rules, in order, by which one of the values of a customer's records becomes its golden value: "
        "verified, source_trust, agreement (most records say so), recency, completeness (the longest). The parts of an address survive "
        "together, under the name address. What is not named has the defaults of docs/explanation/golden-record.md.",
    )

    households: Households = Field(Households(), description="How households are inferred.")
    customer: CustomerIs = Field(
        "customer",
        description="Who counts as one customer in the curve, the bands and the answers: customer (each person and each organisation), person, "
        "organisation, household (who lives alone stands for himself), or account (each record that dollars are booked on).",
    )
    active: Active = Field(Active(), description="When a customer counts as active.")

    def trust(self, source: str) -> int:
        """How far a source is trusted: a higher number is believed first; 0 for one that is not named."""
        if isinstance(self.source_trust, dict):
            return self.source_trust.get(source, 0)
        return len(self.source_trust) - self.source_trust.index(source) if source in self.source_trust else 0
