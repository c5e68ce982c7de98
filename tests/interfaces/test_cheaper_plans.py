"""A cheaper plan that customers could have had, of a company small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path

import pytest

import unequal
from unequal import answers, flow

CONFIG = """\
project: mast
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  crm: {read: crm.csv, key: no, records: {id: no, attributes: {email: mail, country: land}}}
  usage:
    read: usage.csv
    key: [sim, month]
    columns: {month: {type: date, format: ISO}, gb: decimal, minutes: integer, bill: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: month
      amounts: {bills: {column: bill, line: list_revenue}}
  list:
    read: list.csv
    key: code
    columns: {price: money, gb: decimal, minutes: decimal, more_gb: money}
plans:
  source: usage
  customer: {source: crm, id: customer}
  contract: sim
  day: month
  plan: tariff
  use: {gigabytes: gb, minutes: minutes}
  offered: OFFERED
customer_base: {break_even_within: "60.00"}
storage: {threads: 1}
"""
WRITTEN = """
    SMALL: {price: "10.00", includes: {gigabytes: "5", minutes: "100"}, beyond: {gigabytes: "2.50"}}
    LARGE: {price: "25.00", includes: {gigabytes: "50", minutes: unlimited}}
    TALK: {price: "12.00", includes: {minutes: unlimited}}"""
LISTED = "{source: list, plan: code, price: price, includes: {gigabytes: gb, minutes: minutes}, beyond: {gigabytes: more_gb}}"
LIST = "code,price,gb,minutes,more_gb\nSMALL,10.00,5,100,2.50\nLARGE,25.00,50,,\nTALK,12.00,0,,\n"


def usage() -> str:
    """Four sims over two months; ann's use of a year before counts no more."""
    return """\
sim,customer,month,tariff,gb,minutes,bill
s1,1,2024-05-01,LARGE,49,9,25.00
s1,1,2025-11-01,LARGE,4.5,90,25.00
s1,1,2025-12-01,LARGE,7,80,25.00
s2,2,2025-11-01,SMALL,15,10,35.00
s2,2,2025-12-01,SMALL,3,10,10.00
s3,3,2025-11-01,LARGE,0,500,25.00
s3,3,2025-12-01,LARGE,0.1,500,25.00
s4,4,2025-11-01,OLD,1,1,9.00
"""


def made(folder: Path, offered: str) -> Path:
    folder.mkdir(exist_ok=True)
    files = {
        "unequal.yaml": CONFIG.replace("OFFERED", offered), "usage.csv": usage(), "list.csv": LIST,
        "crm.csv": "no,mail,land\n" + "".join(f"{number},c{number}@mast.example,{'DE' if number % 2 else 'DK'}\n" for number in range(1, 5)),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    unequal.open(folder).run()
    return folder


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("mast"), WRITTEN)


def asked(folder: Path, question: str = "promises", **narrowed: str) -> answers.Answer:
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer(question, opened.base, **narrowed)


def test_the_cheapest_plan_that_covers_every_month_is_told_with_what_it_saves_in_a_year(company: Path):
    """Ann: 25 + 25 on LARGE, on SMALL 10 + (10 + 2 x 2.50) = 25, so 25.00 in two months and 150.00 a year. Bert paid 35 + 10, LARGE comes
    to 50, TALK holds no gigabytes: none is cheaper. Cleo's minutes are more than SMALL holds, her 0.1 gigabyte more than TALK does. Nobody knows what OLD costs.
    """
    answer = asked(company)
    assert answer.tables["cheaper_plan_customers"].drop_columns(["customer_id"]).to_pylist() == [
        {"contract_id": "s1", "plan": "LARGE", "cheaper_plan": "SMALL", "intervals": 2, "paid": D("50.0000"), "cheaper": D("25.0000"),
         "year_difference": D("150.0000")}
    ]  # fmt: skip
    assert answer.figure("cheaper_plan").value == 1
    assert answer.figure("cheaper_plan_year").value == D("150.0000")
    assert answer.sentence.startswith("1 of 4 customers on a plan would have paid less")
    assert any(told.startswith("Of 1 contract") for told in answer.findings)
    assert asked(company, where="country = 'DK'").figure("cheaper_plan").value == 0


def test_a_price_list_that_is_a_source_says_the_same(company: Path, tmp_path: Path):
    assert asked(made(tmp_path / "listed", LISTED)).tables == asked(company).tables


def test_what_is_paid_beyond_a_plan_that_would_do_raises_no_band(company: Path):
    """Ann brings 75.00, of which 25.00 were for nothing; her dollars stay, and her band is drawn from 50.00: within 60 of nought."""
    with flow.open_base(flow.open_project(company)) as opened:
        bands = {row["amount"]: row["band"] for row in opened.base.fetch(opened.base.table("band"))}
    assert bands[D("75.0000")] == "break_even"
    behind = asked(company, "profit", by="band").tables["bands"].to_pylist()
    assert {row["band"] for row in behind if row["customers"]} == {"break_even"}
    assert sum(row["amount"] for row in behind) == D("179.0000")


def test_the_figure_leads_to_just_those_who_could_pay_less(company: Path):
    answer = asked(company)
    assert answer.figure("cheaper_plan").drill_down == 'unequal ask customers --where "could_pay_less"'
    assert asked(company, "customers", where="could_pay_less").tables["listed"].to_pylist()[0]["amount"] == D("75.0000")
    assert asked(company, "customers", where="cheaper_plan = 'SMALL'").figure("customers").value == 1
