"""Addresses as people write them, and the parts that they come to."""

from __future__ import annotations

import pytest

from unequal.identity.addresses import Address, address, street


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("123 Main Street, Las Vegas NV 89132", Address("123", "main st", "", "89132", "las vegas", "nv")),
        ("12 Maple Avenue, # 4, Springfield, IL", Address("12", "maple ave", "4", "", "springfield", "il")),
        ("12 Maple Street Apt 4 Springfield IL 62704-1234", Address("12", "maple st", "4", "62704", "springfield", "il")),
        ("1600 Pennsylvania Ave NW Washington DC 20500", Address("1600", "pennsylvania ave nw", "", "20500", "washington", "dc")),
        ("350 5th Ave, New York, NY 10118, USA", Address("350", "5th ave", "", "10118", "new york", "ny", "us")),
        ("Suite 900, 1450 N City Rd", Address("1450", "n city rd", "900")),
        ("PO Box 123, Austin, TX 78701", Address("123", "po box", "", "78701", "austin", "tx")),
        ("10 Main St, Suite 200, Toronto, ON M5V 2T6", Address("10", "main st", "200", "m5v2t6", "toronto", "on")),
        ("Flat 4, 12 High St, London SW1A 1AA, UK", Address("12", "high st", "4", "sw1a1aa", "london", "", "gb")),
        ("Rose Cottage, 12 High Street, Oxford, OX1 4AA", Address("12", "high st", "", "ox14aa", "oxford")),
        (
            "18 Danver Place, Loughborough, Leicestershire, LE11 1UU",
            Address("18", "danver pl", "", "le111uu", "loughborough", "leicestershire"),
        ),
        ("2981 Lincoln Rd, Manchester, England", Address("2981", "lincoln rd", "", "", "manchester", "england", "gb")),
        ("Unit 4/12 Smith Street, Richmond VIC 3121", Address("12", "smith st", "4", "3121", "richmond", "vic")),
        ("Lindenstra\u00dfe 12 a, 10969 Berlin", Address("12a", "lindenstr", "", "10969", "berlin")),
        ("Lindenstr. 12 10969 Berlin, Deutschland", Address("12", "lindenstr", "", "10969", "berlin", "", "de")),
        ("Eichenstr. 5, Top 3, Wien", Address("5", "eichenstr", "3", "", "wien")),
        ("Eichenstr. 5, Berlin, Berlin", Address("5", "eichenstr", "", "", "berlin", "berlin")),
        ("5 rue de la Paix, 75002 Paris, France", Address("5", "rue de la paix", "", "75002", "paris", "", "fr")),
        ("Keizersgracht 12-3, 1015 CJ Amsterdam", Address("12-3", "keizersgracht", "", "1015cj", "amsterdam")),
        ("c/ Mayor 12, 28013 Madrid", Address("12", "c mayor", "", "28013", "madrid")),
        ("", Address()),
        ("12", Address("12")),
    ],
)
def test_a_free_text_comes_to_its_parts(text: str, parts: Address) -> None:
    assert address(text) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 North Maple Street", "12 N. Maple St."),
        ("M\u00fchlenstra\u00dfe 7", "Muehlenstr. 7"),
        ("3 First Avenue", "3 1st Ave"),
        ("12 St. James Court, Flat 2", "2/12 Saint James Ct"),
        ("Avenida Colon 5", "Av. Col\u00f3n 5"),
    ],
)
def test_a_street_is_one_however_it_is_abbreviated(one: str, other: str) -> None:
    assert street(one) == street(other)


def test_streets_and_numbers_that_differ_stay_apart() -> None:
    assert (
        len(
            {
                street(text)
                for text in ("12 Maple Street", "21 Maple Street", "12 Maple Avenue", "12a Maple Street", "12 Maple Street Apt 1")
            }
        )
        == 5
    )
