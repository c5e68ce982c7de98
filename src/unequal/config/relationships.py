"""The section `relationships` of a source: what its rows say of how records stand to each other."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import ConfigDict, Discriminator, Field, Tag

from unequal.config.model import ColumnName, Columns, Name, PredicateText, Section, shape_of

RelationshipKind = Literal[
    "household_member", "owner", "user", "payer", "purchaser", "influencer", "employer", "parent_organisation", "agent", "referrer",
    "introducer",
]  # fmt: skip
KINDS: Final[tuple[str, ...]] = get_args(RelationshipKind)
"""What a customer can be to another; `from` is it, `to` has it."""


class RecordById(Section):
    """One end of a relationship: a record of a source, by its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "crm", "id": "referrer_no"}]})

    source: Name | None = Field(None, description="The source that holds the record; this one by default.")
    id: Columns = Field(description="The column, or columns, of this source that hold the record's id.")


class HolderOf(Section):
    """One end of a relationship: whoever carries an e-mail, a phone or a key; nobody, where several customers do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"identifier": "email", "column": "introduced_by"}]})

    identifier: Name = Field(description="email, phone, tax_id, or a declared key.")
    column: ColumnName = Field(description="The column of this source that holds its value.")


def _way_of_end(given: Any) -> str | None:
    if isinstance(given, HolderOf):
        return "holder"
    if shape_of(given) != "mapping":
        return None
    return "holder" if isinstance(given, dict) and "identifier" in given else "record"


End = Annotated[
    Annotated[RecordById, Tag("record")] | Annotated[HolderOf, Tag("holder")],
    Discriminator(
        _way_of_end,
        custom_error_type="shape",
        custom_error_message="{source: x, id: column} for a record, or {identifier: email, column: x} for whoever carries it",
    ),
]
"""A record by its id, or whoever carries an identifier."""


def _way_of_weight(given: Any) -> str | None:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return "number" if is_number else "text" if isinstance(given, str) else None


Weight = Annotated[
    Annotated[ColumnName, Tag("text")] | Annotated[float, Field(gt=0, le=1000), Tag("number")],
    Discriminator(_way_of_weight, custom_error_type="shape", custom_error_message="a number above 0, or the column that holds it"),
]


class Relationship(Section):
    """What one row says: `from` is the kind of `to`, as in *from is the employer of to*."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "referrer", "from": {"source": "crm", "id": "referred_by"}, "to": {"source": "crm", "id": "customer_no"},
                 "since": "referred_on"}
            ]
        }
    )  # fmt: skip

    kind: RelationshipKind = Field(
        description="What `from` is to `to`: household_member, owner, user, payer, purchaser, influencer, employer, parent_organisation, "
        "agent, referrer or introducer."
    )
    from_: End = Field(
        alias="from", description="Who is the referrer, the employer, the parent ...: {source, id}, or {identifier, column}."
    )
    to: End = Field(description="Whose referrer, employer, parent ... that is: {source, id}, or {identifier, column}.")
    since: ColumnName | None = Field(None, description="The column with the day from which it holds.")
    until: ColumnName | None = Field(None, description="The column with the day until which it held.")
    weight: Weight = Field(
        1.0, description="How much it counts beside others of its kind: a number above 0, or the column that holds it; 1 by default."
    )
    when: PredicateText | None = Field(None, description="Only for rows where this holds.")
