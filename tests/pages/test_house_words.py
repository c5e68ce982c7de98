"""Pages in the words of the house."""

from __future__ import annotations

from unequal.pages import in_words_of_the_house
from unequal.terms.house_words import AS_CUSTOMERS, of_customers

DONORS = of_customers("donors")


def test_texts_of_the_data_commands_and_pictures_stay():
    html = (
        '<p id="customers">Customers</p><bdi>Customer Ltd</bdi><code><bdi>customer</bdi> x</code> customer'
        '<style>.customer>b{}</style><svg viewBox="0 0 1 1" aria-label="a customer"><text>customer</text></svg><br>orders'
    )
    assert in_words_of_the_house(html, DONORS) == (
        '<p id="customers">Donors</p><bdi>Customer Ltd</bdi><code><bdi>customer</bdi> x</code> donor'
        '<style>.customer>b{}</style><svg viewBox="0 0 1 1" aria-label="a customer"><text>customer</text></svg><br>gifts'
    )


def test_what_is_read_aloud_or_shown_on_hover_follows():
    html = '<a class="customer" title="a customer" data-tip="Customers &lt; 5" aria-label="orders">x</a>'
    assert in_words_of_the_house(html, DONORS) == '<a class="customer" title="a donor" data-tip="Donors &lt; 5" aria-label="gifts">x</a>'


def test_a_house_without_words_of_its_own_leaves_a_page_as_it_is():
    html = "<p>Customers' orders < 5"
    assert in_words_of_the_house(html, AS_CUSTOMERS) == html
