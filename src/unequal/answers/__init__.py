"""The questions a chief executive asks, one file each, and the contract of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.answers import behind, forecasts, showing
    from unequal.answers.answer import Answer, Figure
    from unequal.answers.asking import QUESTIONS, ahead, answer
    from unequal.answers.base import Base
    from unequal.answers.customers import customers_side_by_side
    from unequal.answers.price_steps import price_steps

__all__ = [
    "QUESTIONS", "Answer", "Base", "Figure", "ahead", "answer", "behind", "customers_side_by_side", "forecasts", "price_steps", "showing",
]  # fmt: skip

open_by_name(
    __name__,
    __all__,
    answer=["Answer", "Figure"],
    asking=["QUESTIONS", "ahead", "answer"],
    base=["Base"],
    customers=["customers_side_by_side"],
    price_steps=["price_steps"],
)
