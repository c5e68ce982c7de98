"""The section `codes`: what the firm knows of the code fields of its sources, so that a form's default is told from a reason."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from unequal.config.model import ColumnName, Columns, Section

Listed = Annotated[tuple[str, ...], Field(min_length=2)]
_IN_THE_ORDER: Final = "Column: its values in the order of the form's list; a default that stands first is said to."


class Codes(Section):
    """What is known of a source's code fields; all of it may be left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"entered_by": "agent", "outcome": "outcome", "lists": {"reason": ["GENERAL", "DELIVERY_LATE", "BILLING_ERROR"]}}]
        }
    )

    entered_by: Columns | None = Field(
        None,
        description="Who entered a row: agents, teams, branches. Otherwise the agent of interactions, and columns named so: agent, resolved_by, team.",
    )
    each: ColumnName | None = Field(
        None, description="Of a log: the column that names the case that several rows are about; its last row is judged."
    )
    at: ColumnName | None = Field(None, description="Of a log: the column with the time of the row.")
    state: ColumnName | None = Field(None, description="The column with the state of the case's life, as in new or closed.")
    outcome: Columns | None = Field(None, description="Columns that say what came of it: a code should tell something of them.")
    lists: dict[ColumnName, Listed] = Field(default_factory=dict, description=_IN_THE_ORDER)
    leave_out: tuple[ColumnName, ...] = Field((), description="Columns that nobody picks from a list, as what a program writes.")

    def named(self) -> tuple[str, ...]:
        """Every column that it names."""
        several = (
            one for given in (self.entered_by, self.outcome) if given is not None for one in ((given,) if isinstance(given, str) else given)
        )
        single = (one for one in (self.each, self.at, self.state) if one is not None)
        return (*several, *single, *self.lists, *self.leave_out)
