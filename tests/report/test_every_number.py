"""Every number of a report leads to what it means and to what is behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report.explained import Explained
from tests.report.made_answers import good_company
from tests.report.test_any_question import asked

from unequal import pages, report


@pytest.mark.parametrize("audience", report.audiences.ORDER)
def test_every_number_has_a_definition_and_something_behind_it(audience):
    page = Explained(report.full(good_company(50), asked(), audience=audience))
    assert page.headings > 20
    assert (page.undefined, page.unfounded) == ([], [])


def test_a_number_without_a_definition_or_without_anything_behind_it_is_found():
    html = report.full(good_company(50), asked())
    bare = html.replace('id="bands-behind"', 'id="elsewhere"').replace(
        '<a class="term" href="#term-band"', '<a class="plain" href="#term-band"'
    )
    page = Explained(bare)
    assert page.undefined == ["bands: Band"]
    assert any("bands" in told for told in page.unfounded)


def test_a_question_that_names_no_command_leads_to_the_question_itself():
    html = report.full(good_company(50), replace(asked(), drill_down=""))
    assert "<code>unequal ask new</code>" in html


def test_only_words_that_something_leads_to_are_defined_on_a_page():
    html = report.full(good_company(50))
    assert 'id="term-band"' in html
    assert 'id="term-half_life"' not in html


def test_a_heading_nobody_knows_has_no_definition():
    assert pages.term_of("new", "something_else", "Something else") == ""
