"""Which column of an extract plays which part in a posting: when, whose, what for, how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from unequal.sources.assessment import ColumnProfile
from unequal.sources.meanings import Meaning
from unequal.sources.vocabulary import Phrases, fit, phrases, words_of

MoneyRole = Literal["total", "unit_price", "discount", "tax", "freight", "cost", "unit_cost", "profit", "refund"]

_MONEY_ROLES: Final[Mapping[MoneyRole, Phrases]] = {
    "total": phrases(
        "net amount, amount net, net sales, sales net, net total, total net, line net, sub total, total excl tax, excl tax, excl vat, ex vat, before tax, nettobetrag, netto, "
        "sales amount, line total, line amount, extended amount, extended price, invoice amount, invoice total, order amount, order total, order value, total price, total amount, "
        "amount paid, payment amount, total sales, amount, amt, sales, sale, revenue, turnover, total charges, gesamtbetrag, gesamtpreis, *umsatz, umsatz, *betrag, *summe, "
        "erloes, montant, importe, importo, bedrag, totale, grand total, total incl tax, gross amount, amount gross, gross total, bruttobetrag, brutto, total, dollar value, dollars, value, spend, charge, charges, fee"
    ),
    "unit_price": phrases("unit price, price per unit, price each, price per piece, list price, item price, selling price, price, einzelpreis, stueckpreis, preis, prix unitaire, prix, precio unitario, precio, prezzo, prijs"),
    "discount": phrases("discount amount, discount amt, discount value, discount, rebate, rabatt, *rabatt, skonto, remise, descuento, sconto, korting"),
    "tax": phrases("tax amount, tax amt, vat amount, vat amt, sales tax, tax total, tax, vat, gst, mwst, mehrwertsteuer, umsatzsteuer, ust, mwst betrag, steuer, iva, tva, btw, *steuer"),
    "freight": phrases("freight cost, freight amount, freight, shipping cost, shipping costs, shipping amount, shipping fee, shipping, postage, delivery cost, delivery fee, carriage, frachtkosten, fracht, versandkosten, versand, porto, frais de port"),
    "cost": phrases("total product cost, product cost, total cost, cost total, cost of goods sold, cost of goods, cost of sales, cost amount, cost, costs, cogs, wareneinsatz, *kosten, einstandswert, cout, coste, costo"),
    "unit_cost": phrases("unit cost, cost per unit, standard cost, product standard cost, item cost, einkaufspreis, einstandspreis, cost price"),
    "profit": phrases("gross profit, net profit, profit amount, profit, contribution margin, gross margin, margin, gewinn, deckungsbeitrag, marge, rohertrag"),
    "refund": phrases("refund amount, refunds, refund, total refunds, returns amount, gutschrift, erstattung, credit amount"),
}  # fmt: skip
_NO_SALE: Final = frozenset(
    "annual yearly monthly income salary balance limit budget target forecast avg average min max minimum maximum mean pct percent percentage rate prozent satz lifetime history".split()  # noqa: SIM905
)
NET: Final = frozenset("net netto nettobetrag excl ex excluding before subtotal sub ht".split())  # noqa: SIM905
GROSS: Final = frozenset("gross brutto bruttobetrag incl including grand ttc total totale gesamtbetrag gesamtpreis gesamtsumme".split())  # noqa: SIM905

_BOOKED: Final = phrases(
    "booking date, booked on, booked at, posting date, invoice date, order date, transaction date, sale date, sales date, purchase date, payment date, buchungsdatum, rechnungsdatum, "
    "belegdatum, bestelldatum, auftragsdatum, fecha factura, date facture, date commande, factuurdatum, ordered at, order timestamp, invoiced on, date, datum, timestamp, day, fecha, created at, created, time"
)  # fmt: skip
_NOT_BOOKED: Final = frozenset(
    "due ship shipped shipping delivery delivered lieferdatum liefer faellig faelligkeit updated modified expiry expires end valid birth until cancelled closed print printed".split()  # noqa: SIM905
)
CUSTOMER_WORDS: Final = frozenset(
    [
        "customer",
        "cust",
        "client",
        "kunde",
        "kunden",
        "kundennr",
        "kundennummer",
        "debitor",
        "debitoren",
        "account",
        "acct",
        "member",
        "membership",
        "buyer",
        "user",
        "subscriber",
        "reseller",
        "dealer",
        "cliente",
        "klant",
        "clt",
        "patient",
        "guest",
        "household",
        "person",
        "contact",
        "donor",
        "payer",
        "kdnr",
        "party",
        "partner",
        "shopper",
        "consumer",
    ]
)
_DOCUMENT: Final = phrases(
    "sales order number, order number, order no, order nr, order id, invoice number, invoice no, invoice nr, invoice id, invoice, receipt number, receipt no, receipt id, document number, document no, "
    "document id, transaction id, transaction no, transaction number, rechnungsnummer, rechnungsnr, rechnungs nr, belegnummer, belegnr, beleg nr, bestellnummer, auftragsnummer, auftragsnr, bestellnr, "
    "factura, numero factura, facture, order, receipt, document, transaction, basket id, bon"
)  # fmt: skip
_PRODUCT: Final = phrases(
    "product id, product no, product number, product code, product key, stock code, item id, item no, item number, item code, sku, article no, article number, artikelnummer, artikelnr, artikel nr, artikel, "
    "ean, material, product name, product, item, article, description, producto, produit"
)  # fmt: skip
_CHANNEL: Final = phrases("sales channel, channel, vertriebskanal, kanal, canal, store id, store, shop, branch, filiale, source system")
_LINE: Final = phrases(
    "order line number, line number, line no, line nr, line item, line id, line, position, pos nr, pos, positionsnr, zeile, item no, row id, row"
)
_ENOUGH: Final = 0.5


@dataclass(frozen=True)
class Roles:
    """The columns that play a part; None where none does.

    Args:
        booked_on: when the dollars moved.
        customer: whose they are.
        customer_is_id: it is an id, and no name or address that stands for one.
        money: columns of money by their role, best first.
        quantity: what a unit price is multiplied with.
        document, line, product, channel, market, currency: what slices may use.
    """

    booked_on: str | None
    customer: str | None
    customer_is_id: bool
    money: Mapping[MoneyRole, tuple[str, ...]]
    quantity: str | None
    document: str | None
    line: str | None
    product: str | None
    channel: str | None
    market: str | None
    currency: str | None

    def first(self, role: MoneyRole) -> str | None:
        """The best column of a role."""
        return next(iter(self.money.get(role, ())), None)

    @property
    def is_posting(self) -> bool:
        """Whether rows can be booked: a day and an amount."""
        return self.booked_on is not None and (self.first("total") is not None or self.first("unit_price") is not None)


def roles_of(columns: Sequence[ColumnProfile]) -> Roles:
    """The parts that a source's columns play."""
    ids = [column for column in columns if column.meaning in (Meaning.ID, Meaning.TAX_ID)]
    document = _best(ids, _DOCUMENT)
    customer, is_id = _customer(columns, document)
    taken = {document, customer}
    products = [
        column
        for column in columns
        if column.name not in taken and column.meaning in (Meaning.ID, Meaning.TEXT, Meaning.CATEGORY, Meaning.FULL_NAME, Meaning.NUMBER)
    ]
    codes = [column for column in columns if column.meaning in (Meaning.CATEGORY, Meaning.ID, Meaning.TEXT) and column.name not in taken]
    return Roles(
        booked_on=_booked_on(columns), customer=customer, customer_is_id=is_id, money=_money(columns),
        quantity=_quantity(columns), document=document,
        line=_best([column for column in columns if column.meaning in (Meaning.ID, Meaning.NUMBER, Meaning.QUANTITY) and column.name not in taken], _LINE),
        product=_best(products, _PRODUCT), channel=_best([column for column in codes if column.distinct > 1], _CHANNEL),
        market=next((column.name for column in columns if column.meaning == Meaning.COUNTRY and column.complete >= _ENOUGH), None),
        currency=next((column.name for column in columns if column.meaning == Meaning.CURRENCY and column.complete >= _ENOUGH), None),
    )  # fmt: skip


def _best(columns: Iterable[ColumnProfile], known: Phrases) -> str | None:
    """The column whose name fits an early phrase of a list."""
    fits = [(fit(words_of(column.name), known), column) for column in columns]
    found = [(each[2], each[0], each[1], column.name) for each, column in fits if each[0]]
    return max(found, key=lambda each: each[:3])[3] if found else None


def _booked_on(columns: Sequence[ColumnProfile]) -> str | None:
    dated = [
        column
        for column in columns
        if column.meaning == Meaning.TIME and column.complete >= _ENOUGH and not _NOT_BOOKED & set(words_of(column.name))
    ]
    named = _best(dated, _BOOKED)
    return named or (dated[0].name if dated else None)


def _customer(columns: Sequence[ColumnProfile], document: str | None) -> tuple[str | None, bool]:
    """The column that says whose a row is: an id that is called a customer's, else an address of e-mail, else a name."""
    ids = [
        column for column in columns
        if column.meaning in (Meaning.ID, Meaning.NUMBER, Meaning.TAX_ID) and column.name != document
        and (CUSTOMER_WORDS & set(words_of(column.name)) or any(word.startswith(("kunden", "customer", "klanten", "debitor")) for word in words_of(column.name)))
        and not {"po", "order", "purchase", "type", "group", "class"} & set(words_of(column.name))
    ]  # fmt: skip
    if ids:
        return max(ids, key=lambda column: (column.complete > _ENOUGH, column.distinct, -columns.index(column))).name, True
    plain = [
        column for column in columns
        if column.meaning in (Meaning.CATEGORY, Meaning.TEXT, Meaning.ID, Meaning.NUMBER) and column.complete >= _ENOUGH
        and words_of(column.name) and words_of(column.name)[-1] in CUSTOMER_WORDS
    ]  # fmt: skip
    if plain:
        numbered = plain[0].frequent and any(letter.isdigit() for letter in plain[0].frequent[0].value)
        return plain[0].name, bool(numbered)
    for meaning in (Meaning.EMAIL, Meaning.ORGANISATION_NAME, Meaning.FULL_NAME, Meaning.PHONE):
        found = next((column.name for column in columns if column.meaning == meaning and column.complete >= _ENOUGH), None)
        if found:
            return found, False
    return None, False


def _quantity(columns: Sequence[ColumnProfile]) -> str | None:
    counted = [column for column in columns if column.meaning == Meaning.QUANTITY and column.complete >= _ENOUGH]
    return _best(
        counted,
        phrases(
            "order quantity, order qty, quantity sold, quantity, qty, units, menge, *menge, anzahl, stueck, cantidad, quantite, aantal, pieces, pcs"
        ),
    )


def _money(columns: Sequence[ColumnProfile]) -> Mapping[MoneyRole, tuple[str, ...]]:
    """Money columns by role; within a role the column with the earlier phrase first."""
    chosen: dict[MoneyRole, list[tuple[int, int, str]]] = {}
    for place, column in enumerate(columns):
        words = words_of(column.name)
        numbers = column.inference.numbers
        if column.meaning != Meaning.MONEY or numbers is None or _NO_SALE & set(words) or not _moves(column):
            continue
        fits = {role: fit(words, known) for role, known in _MONEY_ROLES.items()}
        role = (
            max(fits, key=lambda each: (fits[each][0] > 0, fits[each][1], fits[each][0]))
            if any(found[0] for found in fits.values())
            else "total"
        )
        chosen.setdefault(role, []).append((-fits[role][2] if fits[role][0] else len(_MONEY_ROLES["total"]), place, column.name))
    return {role: tuple(name for _rank, _place, name in sorted(found)) for role, found in chosen.items()}


def _moves(column: ColumnProfile) -> bool:
    """Whether a column of money has any other value than zero."""
    numbers = column.inference.numbers
    return numbers is not None and not (numbers.lowest == 0 and numbers.highest == 0)
