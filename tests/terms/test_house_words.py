"""The words of the house: customers may be donors, members, patients, citizens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.terms.house_words import AS_CUSTOMERS, BESIDE, HouseWords, named, of_customers


@pytest.mark.parametrize(("words", "one"), [("donors", "donor"), ("citizens", "citizen"), ("customers", "customer")])
def test_one_of_them_has_a_word_too(words, one):
    assert (named(1, words), named(2, words), named(0, words)) == (one, words, words)


def test_customers_are_called_what_the_house_calls_them_and_commands_stay():
    told = "Customers who ordered: a customer's day, 3 customers' lines, customer_id; see `unequal export customers`."
    assert (
        of_customers("guests").say(told)
        == "Guests who ordered: a guest's day, 3 guests' lines, customer_id; see `unequal export customers`."
    )
    assert AS_CUSTOMERS.say(told) == told


def test_what_donors_bring_are_gifts_to_a_charity():
    told = "Sales less returns. An order a customer, in orders and dollars; an occasion. In order to see: the company's orders."
    assert of_customers("donors").say(told) == (
        "Gifts less returns. A gift a donor, in gifts and dollars; a gift. In order to see: the charity's gifts."
    )


def test_an_article_goes_with_the_word_that_follows_it():
    house = HouseWords("attendees", {"orders": "tickets"})
    assert house.say("A customer, a customer's order, an order") == "An attendee, an attendee's ticket, a ticket"


@pytest.mark.parametrize("customers", [*BESIDE, "customers", "members"])
@given(text=st.text())
def test_a_text_without_these_words_stays_as_it_is(customers, text):
    said = of_customers(customers).say(text)
    assert said == text or any(word in text.lower() for word in ("customer", "order", "sales", "occasion", "company"))
