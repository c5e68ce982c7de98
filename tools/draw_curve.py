"""Draw the curve that the README shows, from a run of the made company: `python tools/draw_curve.py meridian`."""

from __future__ import annotations

import sys
from pathlib import Path

import unequal
from unequal import charts

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "whale-curve.svg"


def main(folder: Path) -> None:
    """Write the curve of the folder's published run as a picture that stands alone."""
    answer = unequal.open(folder).ask("profit").answer
    chart = charts.whale_curve(
        answer.tables["curve"].to_pylist(),
        currency=answer.currency,
        word="profit before service",
        peak_position=answer.figure("peak_position").value,
        top_fifth=answer.figure("top_fifth").value,
        top_fifth_share=answer.figure("top_fifth_share").value,
        width=860,
        height=320,
    )
    picture = charts.svg(chart, theme="light")
    paper = picture.index(">") + 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(f'{picture[:paper]}<rect width="100%" height="100%" fill="#ffffff"/>{picture[paper:]}\n', encoding="utf-8")
    print(f"Written: {TARGET}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
