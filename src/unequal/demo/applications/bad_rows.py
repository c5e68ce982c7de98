"""Dirt on purpose: rows that no reader should accept, each noted in the truth with its dollars.

The rows are added to the good ones, so that leaving exactly these out leaves the books whole.
"""

from __future__ import annotations

from typing import Final

from unequal.demo.columns import Texts
from unequal.demo.ink import Ink

_LINES: Final = "shop/order_lines-2025.csv"
_SPOILT: Final = (
    # reason, how often, the row: number, customer -> cells
    ("ragged_row", 5, "{order};1;11.03.2025;{customer};SALE;KIT-1011;1;49,00;0,00;27,5000;USD"),
    ("ragged_row", 3, "{order};1;12.03.2025;{customer};SALE;KIT-1011;1;49,00;0,00;27,5000;USD;;;left over"),
    ("no_such_day", 4, "{order};1;31.02.2025;{customer};SALE;KIT-1011;2;35,50;0,00;17,2500;USD;"),
    ("no_such_day", 3, "{order};1;00.00.0000;{customer};SALE;KIT-1011;1;18,00;0,00;9,9000;USD;"),
    ("not_a_number", 4, "{order};1;14.05.2025;{customer};SALE;KIT-1011;1;NaN;0,00;9,9000;USD;"),
    ("not_a_number", 2, "{order};1;15.05.2025;{customer};SALE;KIT-1011;1;1e999;0,00;9,9000;USD;"),
    ("not_a_number", 2, "{order};1;16.05.2025;{customer};SALE;KIT-1011;one;22,00;0,00;11,0000;USD;"),
    ("not_a_number", 2, "{order};1;17.05.2025;{customer};SALE;KIT-1011;1;22.00;0,00;11,0000;USD;"),
)
_AMOUNTS: Final = {2: 2 * 355_000, 3: 180_000, 6: None, 7: None}


def spoil_lines(ink: Ink, customers: Texts) -> None:
    """Bad order lines at the end of the first cell's block of the last year."""
    file, serial = ink.text(_LINES), 0
    for kind, (reason, times, row) in enumerate(_SPOILT):
        for _ in range(times):
            serial += 1
            text = row.format(order=f"X{serial:08d}", customer=customers[serial % len(customers)])
            number = file.raw(text.encode())
            units = _AMOUNTS.get(kind)
            known: dict[str, str | int] = {} if units is None else {"amount_name": "list_price", "currency": "USD", "amount_units": units}
            ink.dirt(source="order_lines", file=_LINES, row=number, reason=reason, **known)
    for reason, line in (
        ("bad_encoding", b"X90000001;1;21.06.2025;;SALE;caf\xe9-1;1;12,00;0,00;6,0000;USD;"),
        ("bad_encoding", b"X90000002;1;22.06.2025;;SALE;caf\xe9-2;1;12,00;0,00;6,0000;USD;"),
        ("nul_byte", b"X90000003;1;23.06.2025;;SALE;KIT\x00-1;1;12,00;0,00;6,0000;USD;"),
    ):
        ink.dirt(source="order_lines", file=_LINES, row=file.raw(line), reason=reason)


def spoil_tickets(ink: Ink, path: str) -> None:
    """Bad tickets: an impossible hour, and rows cut short."""
    file = ink.text(path)
    rows = [("no_such_day", f"T9900000{n},U00000000,2025-02-30 25:61:00,2025-02-28 10:00:00,phone,AG00001,GENERAL,SOLVED,,300")
            for n in range(4)] + [("ragged_row", f"T9900001{n},U00000000,2025-03-01 09:00:00") for n in range(3)]  # fmt: skip
    for reason, row in rows:
        ink.dirt(source="tickets", file=path, row=file.raw(row.encode()), reason=reason)


def spoil_sessions(ink: Ink, path: str) -> None:
    """Bad visits: JSON cut short, and half of a surrogate pair."""
    file = ink.text(path)
    for n in range(3):
        ink.dirt(source="web_sessions", file=path, row=file.raw(f'{{"session_id":"S990{n}","user_id":"W0000'.encode()), reason="not_json")
    for n in range(2):
        row = f'{{"session_id":"S991{n}","user_id":null,"started_at":"2025-05-05T10:00:00Z","duration_seconds":12,"pages":1,"cart":"\\ud800","device":"phone"}}'
        ink.dirt(source="web_sessions", file=path, row=file.raw(row.encode()), reason="lone_surrogate")


def spoil_members(ink: Ink, path: str) -> None:
    """Bad members: a birthday that no calendar has."""
    file = ink.text(path)
    for n in range(3):
        row = f"M9900000{n}\tMs\tNora\tNull\t\t31/02/1980\t\t\t\t\t\t\t\t\t\t2024-01-01\t\t"
        ink.dirt(source="members", file=path, row=file.raw(row.encode()), reason="no_such_day")
