"""Words by which columns and values are recognised: column names of several languages, codes and signs.

A name is split into words (`CustomerNo` is customer, no). A phrase fits where its words stand
next to each other; a phrase of one word that starts with * fits the end of a longer word, as
German builds them (`Rechnungsdatum`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

Phrases = tuple[tuple[str, ...], ...]


def phrases(text: str) -> Phrases:
    """Phrases from a text that separates them by commas.

    >>> phrases("first name, vorname")
    (('first', 'name'), ('vorname',))
    """
    return tuple(tuple(phrase.split()) for phrase in text.split(",") if phrase.strip())


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, in lower case and without accents.

    >>> words_of("CustomerPONumber")
    ('customer', 'po', 'number')
    >>> words_of("Straße")
    ('strasse',)
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain)
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", plain)
    plain = re.sub(r"([A-Za-z])(\d)", r"\1 \2", plain)
    return tuple(re.findall(r"[a-z]+|\d+", plain.lower()))


def fit(words: tuple[str, ...], known: Phrases) -> tuple[int, int, int]:
    """How well a name fits a list of phrases: words of the longest that fits, how near to the name's end, its place in the list.

    Returns (0, 0, 0) where none fits; larger is better, and an earlier phrase is the better one.

    >>> fit(("unit", "price", "net"), (("price",), ("unit", "price")))
    (2, -1, -1)
    """
    best = (0, 0, 0)
    for place, phrase in enumerate(known):
        for end in _ends(words, phrase):
            best = max(best, (len(phrase), end - len(words), -place)) if best[0] else (len(phrase), end - len(words), -place)
    return best


def _ends(words: tuple[str, ...], phrase: tuple[str, ...]) -> list[int]:
    """Where a phrase ends in a name."""
    size = len(phrase)
    if size == 1 and phrase[0].startswith("*"):
        return [number + 1 for number, word in enumerate(words) if word.endswith(phrase[0][1:])]
    joined = "".join(phrase)
    ends = [number + size for number in range(len(words) - size + 1) if words[number : number + size] == phrase]
    return ends or ([number + 1 for number, word in enumerate(words) if word == joined] if size > 1 else [])


NAMES: Final[Mapping[str, Phrases]] = {
    "email": phrases("email address, e mail address, email, e mail, mail, correo, courriel"),
    "phone": phrases("phone number, phone, telephone, tel, mobile, cell, fax, telefon, telefonnummer, telefono, handy, mobil, rufnummer, telefoon, *telefon"),
    "given_name": phrases("first name, given name, given, name first, fore name, forename, vorname, prenom, fname, voornaam, nombre"),
    "middle_name": phrases("middle name, name middle, middle initial, zweiter vorname"),
    "family_name": phrases("last name, family name, family, name last, sur name, surname, nachname, familienname, apellido, apellidos, lname, achternaam, cognome"),
    "full_name": phrases("customer name, full name, name full, client name, contact name, contact person, buyer name, billing name, kundenname, kunde, person, ansprechpartner, cliente, klant, contact, name, naam, nom"),
    "organisation_name": phrases("company name, business name, name organisation, organisation name, organization name, reseller name, account name, name org, company, organisation, organization, firm, firma, firmenname, employer, societe, empresa, bedrijf, unternehmen"),
    "title": phrases("salutation, title, anrede, civilite"),
    "suffix": phrases("name suffix, suffix"),
    "gender": phrases("gender, sex, geschlecht, sexe, sexo"),
    "tax_id": phrases("tax id, tax number, vat id, vat number, vat no, vat reg no, ssn, ssn number, soc sec id, ein, tin, ust id, ust idnr, steuernummer, siret, siren, nif, tax id number"),
    "birth_date": phrases("birth date, date of birth, born, geboren, dob, birthday, birth day, geburtsdatum, geburtstag, geb datum, fecha nacimiento, geboortedatum, date naissance"),
    "address": phrases("full address, addr full, address, addr, anschrift, adresse, direccion, indirizzo, adres"),
    "street": phrases("street address, address line 1, addr line 1, address 1, street name, street, strasse, rue, calle, via, straat, *strasse"),
    "house_number": phrases("street number, house number, house no, hausnummer, hausnr, numero civico, huisnummer"),
    "unit": phrases("address line 2, addr line 2, address 2, apartment, apt, suite, adresszusatz"),
    "city": phrases("city, town, ort, wohnort, stadt, ville, ciudad, citta, plaats, suburb, locality, municipality"),
    "region": phrases("state province, state, region, province, county, bundesland, departement, provincia, addr state"),
    "postcode": phrases("postal code, post code, postcode, zip code, zip, plz, postleitzahl, code postal, codigo postal, cap"),
    "country": phrases("country code, country, land, pays, pais, paese, nation, staat"),
    "currency": phrases("currency code, iso currency, currency, ccy, curr, cur, waehrung, wahrung, devise, moneda, valuta"),
    "money": phrases(
        "sales amount, net amount, total amount, amount, amt, total charges, charges, charge, total price, total, sub total, subtotal, price, cost, costs, cogs, "
        "revenue, turnover, sales, sale, value, net, gross, fee, fees, refund, refunds, spend, spent, paid, profit, margin, discount, rebate, tax, vat, gst, freight, "
        "shipping, shipping cost, postage, balance, income, salary, dollar value, dollars, *betrag, *summe, *umsatz, umsatz, *preis, *kosten, netto, brutto, mwst, ust, *rabatt, "
        "fracht, versand, gewinn, erloes, *erloes, marge, importe, montant, prix, prezzo, importo, totale, prijs, bedrag, precio, iva, tva"
    ),
    "quantity": phrases(
        "order quantity, order qty, quantity, qty, number of, no of, count, units, pieces, pcs, menge, anzahl, *menge, *anzahl, stueck, stk, cantidad, quantite, aantal, quantita"
    ),
    "time": phrases(
        "booking date, posting date, invoice date, order date, transaction date, sale date, date time, timestamp, datetime, date, time, datum, *datum, day, fecha, created, updated, modified, since, at, on, zeit, *zeit"
    ),
    "id": phrases(
        "identifier, customer id, id, ids, uuid, guid, key, number, num, nr, no, code, ref, reference, sku, *nummer, *nr, number id, rec id, index, row, barcode, ean"
    ),
    "category": phrases("type, category, status, class, segment, group, kind, level, tier, grade, reason, method, mode, channel, line, art, typ, gruppe, kategorie, kanal"),
    "rate": phrases("pct, percent, percentage, rate, ratio, share, prozent, quote, satz, steuersatz"),
    "text": phrases("description, comment, comments, note, notes, remark, remarks, text, message, subject, product name, item name, beschreibung, bezeichnung, bemerkung, kommentar, notiz"),
}  # fmt: skip
"""Names of columns, by what they mean."""

DOCUMENTS: Final = frozenset(
    {"invoice", "order", "receipt", "ticket", "transaction", "rechnung", "beleg", "auftrag", "bestellung", "document", "factura", "facture"}
)
"""Names that are an id where they stand alone."""
