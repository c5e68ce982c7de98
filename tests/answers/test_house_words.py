"""The words of the house: customers may be donors, members, patients, citizens."""

from __future__ import annotations

import pytest

from unequal.answers.house_words import in_words, named


@pytest.mark.parametrize(("words", "one"), [("donors", "donor"), ("citizens", "citizen"), ("customers", "customer")])
def test_one_of_them_has_a_word_too(words, one):
    assert (named(1, words), named(2, words), named(0, words)) == (one, words, words)


def test_customers_are_called_what_the_house_calls_them_and_commands_stay():
    told = "Customers who ordered: a customer's day, 3 customers' lines, customer_id; see `unequal export customers`."
    assert in_words(told, "guests") == "Guests who ordered: a guest's day, 3 guests' lines, customer_id; see `unequal export customers`."
    assert in_words(told, "customers") == told
