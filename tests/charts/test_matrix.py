"""A matrix: every cell's figure stands on its own ground, rows and columns keep their order, and all is told to who cannot see it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.charts.drawn import layer_named, picture_box, rows, texts

from unequal.charts import matrix

D = Decimal
NAMES = ("Profitable", "About break-even", "Unprofitable")
CELLS = [
    {"row": start, "column": end, "amount": D(amount)}
    for start, amounts in zip((*NAMES, "New"), ((2896, 173, 204, 1239), (242, 69, 66, 308), (550, 128, 1003, 1070), (1651, 394, 2159, None)), strict=True)
    for end, amount in zip((*NAMES, "Lost"), amounts, strict=True)
    if amount is not None
]  # fmt: skip


@pytest.mark.parametrize("width", [1094, 332])
def test_every_figure_stands_in_its_cell_and_none_over_another(width: int) -> None:
    chart = matrix(CELLS, unit="customers", width=width).to_dict()
    drawn = texts(chart)
    inside = picture_box(chart)
    for text in drawn:
        assert text.box.left >= inside.left - 1, text
        assert text.box.right <= inside.right + 1, text
    for one in drawn:
        for other in drawn:
            apart = (
                one.box.right <= other.box.left + 1
                or other.box.right <= one.box.left + 1
                or one.box.bottom <= other.box.top
                or other.box.bottom <= one.box.top
            )
            assert one is other or apart, (one.whole, other.whole)


def test_who_cannot_see_it_is_told_every_cell() -> None:
    told = matrix(CELLS, unit="customers").to_dict()["description"]
    assert "from Profitable to Lost: 1,239" in told
    assert "from New to Unprofitable: 2,159" in told
    assert "New to Lost" not in told  # there is no such cell, and it is no zero


def test_money_gained_and_lost_have_grounds_of_their_own_and_counts_have_neither() -> None:
    money = [{"row": "a", "column": "a", "amount": D("-5.00")}, {"row": "a", "column": "b", "amount": D("7.50")}]
    chart = matrix(money, unit="USD").to_dict()
    assert layer_named(chart, "cells_loss-soft_below") is not None
    assert layer_named(chart, "cells_value-soft_above") is not None
    assert {"−$5.00", "$7.50"} <= {text.whole for text in texts(chart)}
    counted = matrix(CELLS, unit="customers").to_dict()
    assert layer_named(counted, "cells_value-soft_above") is None


def test_the_largest_cell_is_the_deepest_and_what_stayed_is_framed() -> None:
    chart = matrix(CELLS, unit="customers").to_dict()
    grounds = rows(chart, layer_named(chart, "cells_core-soft_above"))
    assert max(row["deep"] for row in grounds) == pytest.approx(1.0)
    assert len(rows(chart, layer_named(chart, "stayed"))) == 3


def test_nothing_to_draw_is_said() -> None:
    assert "Nothing" in matrix([], unit="USD").to_dict()["description"]
