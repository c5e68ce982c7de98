"""An answer that says how it is shown has one look in report, notebook and terminal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.report.html_reading import Page
from tests.report.made_answers import good_company

from unequal import report
from unequal.answers import Answer, Figure
from unequal.answers.house_words import in_words_of_the_house
from unequal.answers.showing import Column, Drawn, Shown
from unequal.cli.printing import print_answer, print_json
from unequal.terms.house_words import of_customers

D = Decimal


def asked() -> Answer:
    """Three channels with gains, a loss, an estimate and a gap."""
    rows = {
        "channel": ["web", "shop <b>", None], "gained": [12, 3, 0], "brought": [D("1234.5000"), D("-40.0000"), None],
        "worth": [1000.4, -3.2, 0.0], "worth_low": [800.0, -9.0, -1.0], "worth_high": [1200.0, 2.0, 1.0], "share": [0.8, 0.2, 0.0],
    }  # fmt: skip
    columns = [
        Column("channel", "Channel", "name", why_missing="not recorded"), Column("gained", "Customers gained", "count"),
        Column("brought", "Brought", "money", why_missing="nothing booked"), Column("worth", "Worth", "money"), Column("share", "Share", "share"),
    ]  # fmt: skip
    return replace(
        good_company(50), question="new", title="Who is new", sentence="15 customers were gained.", findings=("The web brought most.",), by=None,
        figures=(Figure("gained", "Customers gained", 15, "customers"), Figure("worth", "Worth", D("997.20"), "USD", D(790), D(1203))),
        table=pa.table(rows), tables={"channels": pa.table(rows)}, shown=(Shown("channels", "By channel", columns, most=2),),
        drawn=(Drawn("bars", "channels", "What customers of each channel brought", "channel", "brought", "USD"),
               Drawn("ranges", "channels", "Worth by channel", "channel", "worth", "USD", "worth_low", "worth_high")), is_estimate=True,
    )  # fmt: skip


def test_the_report_gives_it_a_section_with_figures_charts_and_tables():
    page = Page(report.full(good_company(50), asked()))
    assert page.problems == []
    text = " ".join(page.visible_text.split())
    for told in (
        "Who is new",
        "15 customers were gained.",
        "The web brought most.",
        "$790.00 to $1,203",
        "Channel",
        "shop <b>",
        "1 more row in the answer itself.",
    ):
        assert told in text, told
    assert any(link.attributes.get("href") == "#new" for link in page.all("a"))


def test_its_first_chart_is_the_chart_of_the_answer():
    told = report.chart_of(asked()).to_dict()["description"]
    assert "web: $1,235" in told
    assert "not given" not in told  # what was not booked is no zero


def test_a_notebook_shows_its_sentence_and_its_chart():
    html = report.fragment(asked())
    assert "15 customers were gained." in html
    assert "What customers of each channel brought" in html


def test_a_terminal_shows_the_same_table(capsys: pytest.CaptureFixture[str]):
    print_answer(asked())
    told = capsys.readouterr().out
    for text in ("By channel", "Customers gained", "1,234.50", "1,000", "80.0%", "and 1 more rows"):
        assert text in told, text


def test_json_has_every_row_and_how_it_is_shown(capsys: pytest.CaptureFixture[str]):
    print_json(asked())
    told = capsys.readouterr().out
    assert '"1234.5000"' in told
    assert '"caption": "By channel"' in told


def test_captions_headings_and_titles_follow_the_words_of_the_house():
    told = in_words_of_the_house(asked(), of_customers("donors"))
    assert told.drawn[0].title == "What donors of each channel brought"
    assert told.shown[0].columns[1].label == "Donors gained"


def test_each_audience_reads_its_own_things_first():
    sections = {
        audience: [link.attributes["href"] for link in Page(report.full(good_company(50), asked(), audience=audience)).all("a") if "nav" in link.within]
        for audience in report.audiences.ORDER
    }  # fmt: skip
    assert sections["executive"][:2] == ["#bands", "#lines"]
    assert "#new" in sections["executive"]
    assert sections["finance"][0] == "#reconciliation"
    assert "#new" not in sections["finance"]
    assert sections["steward"][0] == "#left-out"  # of a company whose customers were not counted
    assert all(found[-1] == "#words" for found in sections.values())


def test_every_section_of_every_audience_is_on_its_page():
    for audience in report.audiences.ORDER:
        page = Page(report.full(good_company(50), asked(), audience=audience))
        assert page.problems == []
        links = [link.attributes["href"] for link in page.all("a") if "nav" in link.within]
        assert links
        assert {link.removeprefix("#") for link in links} <= {element.attributes.get("id") for element in page.all("section")}, audience
