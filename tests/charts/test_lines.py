"""Lines over time: every series named at its end, gaps left open, nothing drawn over another's name."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from tests.charts.drawn import layer_named, rows, texts

from unequal.charts import lines

D = Decimal


def test_each_series_is_a_line_that_ends_in_its_name_and_last_amount():
    chart = lines(
        [{"at": month, "series": name, "amount": D(amount)} for name, amounts in (("web", (5, 8)), ("shop", (-3, -12000)))
         for month, amount in zip(("2025-01", "2025-02"), amounts, strict=True)],
        unit="USD",
    ).to_dict()  # fmt: skip
    told = [text.whole for text in texts(chart)]
    assert {"2025-01", "2025-02"} <= set(told)
    assert any(text.endswith("$8.00") and "web" in text for text in told)
    assert any(text.endswith("−$12.0k") and "shop" in text for text in told)
    assert [row["y"] for row in rows(chart, layer_named(chart, "line0"))] == [5.0, 8.0]


def test_a_month_without_an_amount_is_no_zero():
    chart = lines([{"at": f"2025-0{m}", "series": None, "amount": a} for m, a in ((1, D(4)), (2, None), (3, D(6)))], unit="share").to_dict()
    assert [row["x"] for row in rows(chart, layer_named(chart, "line0"))] == [0, 2]


def test_names_of_lines_that_end_together_stand_apart():
    chart = lines([{"at": m, "series": f"series {n}", "amount": D(100)} for m in "ab" for n in range(5)], unit=None).to_dict()
    downs = sorted(text.box.top for text in texts(chart) if "series" in text.whole)
    assert all(later - earlier >= 15 for earlier, later in pairwise(downs))


def test_nothing_to_draw_is_said():
    assert "Nothing" in lines([], unit="USD").to_dict()["description"]
