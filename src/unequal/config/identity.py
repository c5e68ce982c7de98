"""The section `identity`: what makes records one customer."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from unequal.config.model import Name, Section, WholeNumber


class Identity(Section):
    """Which identifiers link records, and when an identifier is too common to mean anyone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"identifiers": ["email", "loyalty_no"], "shared_by_at_most": 10, "placeholders": ["0800 000000"]}]}
    )

    identifiers: tuple[Name, ...] = Field(
        ("email", "phone", "tax_id"), description="Attributes that link records, beside every declared key."
    )
    shared_by_at_most: WholeNumber = Field(
        10, ge=2, description="An identifier on more records than this links nobody: it is a placeholder or a switchboard."
    )
    placeholders: tuple[str, ...] = Field((), description="Values that are never an identifier, beside the known ones.")
