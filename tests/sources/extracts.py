"""Made extracts in the manners of several countries, small enough to check by hand."""

from __future__ import annotations

from pathlib import Path

AMERICAN = """Invoice No,Invoice Date,Customer ID,Customer Name,Product,Quantity,Unit Price,Amount,Currency
1001,01/14/2025,C-100,Ann Smith,Kettle,1,$40.00,$40.00,USD
1002,01/20/2025,C-101,Bob Jones,Toaster,2,$30.50,$61.00,USD
1003,02/03/2025,C-100,Ann Smith,"Range, gas",1,"$1,240.00","$1,240.00",USD
1004,02/28/2025,C-102,Carol Diaz,Kettle,3,$40.00,$120.00,USD
1005,03/02/2025,C-103,Dan Lee,Lamp,1,$15.25,$15.25,USD
1006,03/15/2025,C-101,Bob Jones,Toaster,-1,$30.50,-$30.50,USD
"""

GERMAN = """Rechnungsnr;Rechnungsdatum;Kundennummer;Kunde;Artikel;Menge;Einzelpreis;Betrag
R-1;05.01.2025;0001;Bäckerei Huber GmbH;Mehl;10;12,50;125,00
R-2;06.02.2025;0002;Metzgerei Öztürk GmbH;Salz;4;3,25;13,00
R-3;07.03.2025;0001;Bäckerei Huber GmbH;Ofen;1;1.234,56;1.234,56
R-4;08.04.2025;0003;Käthe Müller KG;Zucker;2;8,75;17,50
R-5;09.05.2025;0002;Metzgerei Öztürk GmbH;Salz;-2;3,25;-6,50
R-6;10.06.2025;0003;Käthe Müller KG;Mehl;6;12,50;75,00
"""

ORDER_LINES = """order_id,line_no,ordered_at,client_id,sku,qty,unit_price
A1,1,2025-01-03 10:15:00,7,SKU-1,2,9.99
A1,2,2025-01-03 10:15:00,7,SKU-2,1,24.50
A2,1,2025-01-09 16:40:12,8,SKU-1,5,9.99
A3,1,2025-02-11 08:00:00,9,SKU-3,1,149.00
A4,1,2025-03-20 12:30:30,7,SKU-3,1,149.00
A5,1,2025-03-21 09:05:00,8,SKU-2,2,24.50
"""

WIDE = """order_no,order_date,customer_no,first_name,last_name,email,city,subtotal,shipping,tax,grand_total,payment_method,comment
5001,2025-01-04,K1,Ann,Smith,ann@example.org,Leeds,100.00,5.00,20.00,125.00,card,
5002,2025-01-09,K2,Bob,Jones,bob@example.org,York,49.90,5.00,9.98,64.88,card,gift
5003,2025-02-02,K1,Ann,Smith,ann@example.org,Leeds,200.00,0.00,40.00,240.00,invoice,
5004,2025-02-17,K3,Cat,Brown,cat@example.org,Hull,15.50,5.00,3.10,23.60,card,
5005,2025-03-08,K2,Bob,Jones,bob@example.org,York,75.25,5.00,15.05,95.30,card,
5006,2025-03-30,K4,Dan,Green,dan@example.org,Bath,310.10,0.00,62.02,372.12,invoice,
"""

AMBIGUOUS = """invoice,date,customer,amount
1,03/04/2025,X1,10.00
2,05/06/2025,X2,20.00
3,07/08/2025,X1,30.00
4,01/02/2025,X3,40.00
5,09/10/2025,X2,50.00
6,11/12/2025,X3,60.00
"""

INVOICES = """invoice_no,invoice_date,customer_no,net_amount
1,2025-01-05,500001,100.00
2,2025-01-19,500003,50.00
3,2025-02-02,500001,25.50
4,2025-02-14,500007,80.00
5,2025-03-01,500003,-10.00
6,2025-03-09,500009,45.25
"""

CRM = """id,first_name,last_name,email,phone,postcode,created_at
500001,Ann,Smith,ann@example.org,+44 20 7946 0101,LS1 4AP,2020-01-01
500003,Bob,Jones,bob@example.org,+44 20 7946 0102,YO1 7HH,2020-02-11
500005,Cat,Brown,cat@example.org,+44 20 7946 0103,HU1 2AA,2021-05-20
500007,Dan,Green,dan@example.org,+44 20 7946 0104,BA1 1AA,2021-08-09
500009,Eve,White,eve@example.org,+44 20 7946 0105,BS1 5TR,2022-12-31
"""


def write(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path
