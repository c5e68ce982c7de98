"""The section `storage`: where tables and state are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from unequal.config.addresses import reference_to
from unequal.config.model import MEMORY, Section, WholeNumber


class Storage(Section):
    """Engine and state."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"engine": "duckdb", "state": "env:UNEQUAL_STATE_URL", "memory_limit": "1500MB"}]}
    )

    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What computes tables; spark needs the extra [spark] and Java 17.")
    state: Annotated[str, AfterValidator(reference_to("a database address"))] | None = Field(
        None,
        description="env:NAME of a variable, or file:PATH of a file, that holds a database address; "
        ".unequal/state.db beside the config by default.",
    )
    memory_limit: Annotated[str, Field(pattern=MEMORY)] = Field(
        "1500MB", description="What the engine may take before it spills to disk; a number of MB or GB."
    )
    threads: WholeNumber | None = Field(None, ge=1, description="Cores that the engine may use; all by default.")
    keep_runs: WholeNumber = Field(12, ge=1, description="Published runs to keep beside the month-end ones.")
