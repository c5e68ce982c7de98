"""The section `metrics`: figures of one's own, watched from month to month."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from unequal.config.model import ColumnName, PredicateText, Section


class Metric(Section):
    """A figure of one's own: what is counted or summed, of which rows, and what it should come to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"meaning": "Sales through the web shop.", "of": "entries", "measure": "sum", "column": "amount",
                 "where": "channel = 'web' and line = 'list_revenue'", "target": 50000},
                {"meaning": "Calls that were settled at once.", "of": "interactions", "measure": "share", "among": "contact = 'call'",
                 "where": "outcome = 'settled'", "target": 0.8},
            ]
        }
    )  # fmt: skip

    meaning: str = Field(min_length=1, description="What it says, in a sentence for the reader.")
    of: Literal["entries", "interactions", "customers"] = Field(
        description="Rows of the ledger by the day of booking, contacts by their day, or customers by the day of their first sale."
    )
    measure: Literal["count", "sum", "share", "mean"] = Field(
        description="count: how many rows; sum and mean: of a column; share: of the rows among which one looks, those for which `where` is true."
    )
    column: ColumnName | None = Field(None, description="The column that is summed or averaged; for sum and mean.")
    among: PredicateText | None = Field(None, description="Among which rows one looks at all; all of them by default.")
    where: PredicateText | None = Field(None, description="Which of these count; all of them by default. A share needs it.")
    target: float | None = Field(None, description="What a month should come to, in the measure's unit: dollars, rows, or a share of 1.")
    better: Literal["higher", "lower"] = Field("higher", description="On which side of the target one wants to be.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.measure in ("sum", "mean")) != (self.column is not None):
            raise ValueError("sum and mean need a column, and count and share take none")
        if self.measure == "share" and self.where is None:
            raise ValueError("a share needs `where`: which rows count among the others")
        return self
