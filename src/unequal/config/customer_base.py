"""The section `customer_base`: how customers are grouped by what they bring."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from unequal.config.model import MONEY, Section


class CustomerBase(Section):
    """The three bands: profitable, about break-even, unprofitable."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"break_even_within": "5.00", "break_even_share_of_sales": 0.02, "other_window": "quarter_earlier"}]
        }
    )

    break_even_within: Annotated[str, Field(pattern=MONEY)] = Field(
        "0",
        description="A customer whose figure lies within this much of zero, either side, is about break-even; "
        "an amount in the reporting currency, in quotes so that it is never a float.",
    )
    break_even_share_of_sales: float = Field(
        0.02, ge=0, le=1, description="Or within this share of the customer's own sales, whichever is more; a share of 1."
    )
    other_window: Literal["month_earlier", "quarter_earlier", "later_half"] = Field(
        "quarter_earlier",
        description="Over which other time each customer's band is drawn once more, to tell whether it hangs on the time chosen: all that was booked "
        "up to one month or one quarter earlier, or the later half of the months. Who was not there in it is not judged by it.",
    )
