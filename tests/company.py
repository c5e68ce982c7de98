"""A company of four customers, small enough to check by hand, that tests run end to end."""

from __future__ import annotations

from pathlib import Path

CONFIG = """\
project: hill-bakery
reporting_currency: EUR
time_zone: Europe/Berlin
default_region: DE

sources:
  crm:
    read: data/crm.csv
    key: no
    records:
      id: no
      attributes: {full_name: name, email: mail, country: land}
      test_when: "mail like '%@example.test'"
  orders:
    read: data/orders-*.csv
    key: order_no
    columns:
      day: {type: date, format: "%d.%m.%Y"}
      total: money
      cost: money
      carrier: money
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      document: order_no
      channel: shop
      amounts:
        sales: {column: total, line: list_revenue}
        goods: {column: cost, line: cost_of_goods, negate: true}
        delivery: {column: carrier, line: freight, negate: true}
storage: {threads: 1}
"""

CRM = """\
no,name,mail,land
1,Ann Arbour,ann@bakery.example,DE
2,Bert Brook,bert@bakery.example,DE
3,Ann Arbour,ANN@bakery.example,DE
4,Cleo Cole,,AT
9,Test Person,qa@example.test,DE
"""

JANUARY = """\
order_no,customer,day,total,cost,carrier,shop
a1,1,05.01.2026,100.00,40.00,5.00,web
a2,2,07.01.2026,50.00,60.00,5.00,web
a3,4,31.01.2026,20.00,8.00,2.50,corner
a4,,31.01.2026,7.00,3.00,0.00,corner
a5,9,31.01.2026,11.00,4.00,0.00,web
a6,4,30.02.2026,1.00,1.00,0.00,web
"""

FEBRUARY = """\
order_no,customer,day,total,cost,carrier,shop
a3,4,31.01.2026,20.00,8.00,2.50,corner
b1,3,01.02.2026,60.00,20.00,5.00,web
b2,77,03.02.2026,9.00,1.00,0.00,web
"""
"""Order a3 stands in both extracts; customer 77 is nobody that the CRM knows."""


def write_company(folder: Path) -> Path:
    """Write the company's config and extracts; hands back the config's path.

    Customers 1 and 3 are one by their e-mail: 160 sales - 60 goods - 10 delivery = 90. Bert: 50 - 60 - 5 = -15.
    Cleo: 20 - 8 - 2.50 = 9.50. In buckets: 7 - 3 without a customer, 9 - 1 of nobody known, 11 - 4 of a test
    account. Order a6 has an impossible day and is quarantined; order a3 is counted once.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (data / "crm.csv").write_text(CRM, encoding="utf-8")
    (data / "orders-2026-01.csv").write_text(JANUARY, encoding="utf-8")
    (data / "orders-2026-02.csv").write_text(FEBRUARY, encoding="utf-8")
    path = folder / "unequal.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path
