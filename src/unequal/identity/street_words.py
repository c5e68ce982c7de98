"""Words of streets and flats, and the one way in which each is compared."""

from __future__ import annotations

from typing import Final

_KINDS: Final = """
st street str strt saint sankt strasse straat stree, ave avenue av aven avn avenida avda ave, rd road, dr drive drv, ln lane, ct court crt, blvd boulevard boul bvd bd blv,
pl place platz plaats, ter terrace terr tce, way wy, cir circle circ, cres crescent cr crs cresc, hwy highway hway, pkwy parkway pky pkway, sq square sqr plaza plz pza,
tr trail trl, cl close, gr grove grv gro, gdns gardens gdn garden gardn, pde parade prde, esp esplanade, cct circuit, aly alley, pike pk, expy expressway expwy, fwy freeway,
hts heights, hl hill, hls hills, pt point, rdg ridge, vw view, vly valley, xing crossing, mnr manor, mws mews, rw row, rte route rt, tpke turnpike, brg bridge, mt mount,
ctr center centre, jct junction, lk lake, rvr river, spg spring, stn station, vlg village, ch chemin, al allee, bvar bulevar, c calle cl, pza plaza piazza pzza, r rua,
ul ulica ulitsa, prom promenade, quai qu, rt route, imp impasse, rue, via, viale vle, corso cso, weg, gasse g, ufer, ring, damm, laan, gracht, vag, gata gatan, vej, tie,
n north nord, s south sued sud, e east ost, w west, ne northeast, nw northwest, se southeast, sw southwest, upr upper, lwr lower, lt little, gt great
"""
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth "
    "eighteenth nineteenth twentieth"
)
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}


def _kinds() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _KINDS.replace("\n", " ").split(","):
        kind, *others = entry.split()
        for word in (kind, *others):
            found.setdefault(word, kind)
    return found


WORDS: Final = {
    **{word: kind for word, kind in _kinds().items() if word not in {"c", "r", "g", "cl"}},
    **{word: f"{at}{_ENDINGS.get(at, 'th')}" for at, word in enumerate(_ORDINALS.split(), start=1)},
}
"""Words of a street, in Latin letters: how each is compared."""

ENDS: Final = frozenset(
    [
        "st",
        "ave",
        "rd",
        "dr",
        "ln",
        "ct",
        "blvd",
        "pl",
        "ter",
        "way",
        "cir",
        "cres",
        "hwy",
        "pkwy",
        "sq",
        "tr",
        "cl",
        "gr",
        "gdns",
        "pde",
        "cct",
        "aly",
        "pike",
        "expy",
        "fwy",
        "mws",
        "rw",
        "tpke",
        "esp",
    ]
)
"""Kinds that end an English street's name."""

COMPOUND: Final = {"strasse": "str", "str": "str", "straat": "str", "platz": "pl", "allee": "al"}
"""Endings of one-word streets."""

UNITS: Final = frozenset([
    "apt", "apartment", "appartement", "unit", "flat", "suite", "ste", "room", "rm", "wohnung", "whg", "wng", "top", "apto", "appt", "app", "apart", "shop",
    "lot", "no", "nr", "office", "ofc", "townhouse", "villa", "studio", "penthouse", "door", "tur", "apmt", "aptmt", "interno", "int", "piso",
])  # fmt: skip
FLOORS: Final = frozenset(
    ["floor", "fl", "flr", "level", "lvl", "og", "stock", "etage", "bldg", "building", "block", "blk", "tower", "stiege", "haus"]
)
"""Parts of a building; like a flat they are no part of the street."""

TOWN: Final = {
    "saint": "st", "sankt": "st", "mount": "mt", "fort": "ft", "north": "n", "south": "s", "east": "e", "west": "w", "heights": "hts", "springs": "spgs",
    "township": "twp",
}  # fmt: skip
"""Words of a town's name that are abbreviated as often as not."""
