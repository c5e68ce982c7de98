"""How far the bands can be relied on: whose band a cost driver, a doubtful link or another window of time would move."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from unequal.answers.base import Base
from unequal.terms.amounts import share_text

CAUSES: Final = {
    "costs": "a driver of cost to serve a quarter more or less",
    "links": "a doubtful link otherwise",
    "window": "another window of time",
}
"""What may move a band, as it is told."""
WINDOWS: Final = {
    "month_earlier": "as of a month earlier",
    "quarter_earlier": "as of a quarter earlier",
    "later_half": "over the later half of the months",
}
"""The other windows, as they are told."""

_KINDS: Final = pa.schema([
    ("cause", pa.string()), ("label", pa.string()), ("judged", pa.int64()), ("moved", pa.int64()), ("moved_share", pa.float64()),
])  # fmt: skip


def stability(base: Base) -> pa.Table | None:
    """A row for any cause together, then one a cause: customers judged by it, and those whose band it moves.

    Returns:
        cause (any, costs, links, window), label, judged, moved, moved_share (of judged; absent where nobody is); None for a run
        that does not know.
    """
    if "band_stability" not in base.tables or "window_stable" not in base.table("band_stability").columns:
        return None
    found = base.table("band_stability")
    named = {"any": "stable", **{cause: f"{cause}_stable" for cause in CAUSES}}
    sums = {f"{cause}_judged": found[column].count() for cause, column in named.items()}
    sums |= {f"{cause}_moved": (~found[column]).sum().fill_null(0) for cause, column in named.items()}
    counted: dict[str, Any] = base.fetch(found.aggregate(**sums))[0]
    labels = {**CAUSES, "any": "any of them", "window": f"{CAUSES['window']}, {WINDOWS[base.project.customer_base.other_window]}"}
    rows = [_row(cause, labels[cause], int(counted[f"{cause}_judged"]), int(counted[f"{cause}_moved"])) for cause in named]
    return pa.Table.from_pylist(rows, _KINDS)


def _row(cause: str, label: str, judged: int, moved: int) -> dict[str, Any]:
    return {"cause": cause, "label": label, "judged": judged, "moved": moved, "moved_share": moved / judged if judged else None}


def sentence(table: pa.Table | None) -> tuple[str, ...]:
    """What the table says, in one sentence; none where no customer has a band."""
    rows = {row["cause"]: row for row in table.to_pylist()} if table is not None else {}
    if not rows or not rows["any"]["judged"]:
        return ()
    every = rows.pop("any")
    causes = [f"{row['moved']:,} with {row['label']} (of {row['judged']:,} whom it concerns)" for row in rows.values() if row["judged"]]
    if not causes:
        return ()
    share = f" ({share_text(every['moved_share'])})" if every["moved"] else ""
    many = f"{every['moved']:,} of {every['judged']:,} customers{share}"
    return (f"The band of {many} does not stand firm: it moves for {'; '.join(causes)}.",)
