"""Regions and countries by the names that people write, in lower-case Latin letters."""

from __future__ import annotations

from typing import Final

_STATES: Final = """
al alabama ala, ak alaska, az arizona ariz, ar arkansas ark, ca california calif, co colorado colo, ct connecticut conn, de delaware, dc "district of columbia"
"d c", fl florida fla, ga georgia, hi hawaii, id idaho, il illinois ill, in indiana, ia iowa, ks kansas kan, ky kentucky, la louisiana, me maine,
md maryland, ma massachusetts mass, mi michigan mich, mn minnesota minn, ms mississippi miss, mo missouri, mt montana mont, ne nebraska neb nebr, nv nevada nev,
nh "new hampshire", nj "new jersey", nm "new mexico", ny "new york" "new york state", nc "north carolina", nd "north dakota", oh ohio, ok oklahoma okla,
or oregon ore, pa pennsylvania penn penna, ri "rhode island", sc "south carolina", sd "south dakota", tn tennessee tenn, tx texas tex, ut utah, vt vermont,
va virginia, wa washington wash "washington state", wv "west virginia", wi wisconsin wis wisc, wy wyoming wyo, pr "puerto rico", gu guam, vi "virgin islands"
"""
_AUSTRALIAN: Final = """
nsw "new south wales" "n s w", vic victoria, qld queensland, sa "south australia", wa "western australia", tas tasmania, nt "northern territory",
act "australian capital territory" "a c t"
"""
_CANADIAN: Final = """
ab alberta, bc "british columbia" "b c", mb manitoba, nb "new brunswick", nl newfoundland "newfoundland and labrador", ns "nova scotia", nt "northwest territories",
nu nunavut, on ontario ont, pe "prince edward island" pei, qc quebec que, sk saskatchewan sask, yt yukon
"""
_COUNTRIES: Final = """
us usa "united states" "united states of america" "u s a" "u s" america "vereinigte staaten" "etats unis" "estados unidos", gb uk gbr "united kingdom" "great britain"
"u k" england scotland wales "northern ireland" britain "vereinigtes konigreich" "royaume uni", ie irl ireland eire "republic of ireland" irland, de deu ger germany
deutschland allemagne alemania germania duitsland "federal republic of germany" brd, at aut austria osterreich autriche, ch che switzerland schweiz suisse svizzera suiza,
fr fra france frankreich francia frankrijk, es esp spain espana spanien espagne, it ita italy italia italien italie, pt prt portugal, nl nld netherlands "the netherlands"
holland nederland niederlande "pays bas", be bel belgium belgie belgique belgien, lu lux luxembourg luxemburg, dk dnk denmark danmark danemark, se swe sweden sverige
schweden, no nor norway norge norwegen, fi fin finland suomi finnland, is isl iceland island, pl pol poland polska polen, cz cze czechia "czech republic" tschechien cesko
"ceska republika", sk svk slovakia slovensko, hu hun hungary magyarorszag ungarn, ro rou romania, bg bgr bulgaria, gr grc greece hellas griechenland, hr hrv croatia
hrvatska kroatien, si svn slovenia slovenija, rs srb serbia srbija, ba bih "bosnia and herzegovina" bosnia, al alb albania, mk mkd "north macedonia" macedonia, ee est
estonia eesti, lv lva latvia latvija, lt ltu lithuania lietuva, ua ukr ukraine ukraina, by blr belarus, ru rus russia "russian federation" rossiya russland, md mda moldova,
tr tur turkey turkiye turkei, il isr israel, ae are "united arab emirates" uae, sa sau "saudi arabia", qa qat qatar, kw kwt kuwait, bh bhr bahrain, om omn oman, eg egy
egypt, ma mar morocco maroc, tn tun tunisia, dz dza algeria, ng nga nigeria, gh gha ghana, ke ken kenya, za zaf "south africa" suedafrika, et eth ethiopia, tz tza
tanzania, ug uga uganda, in ind india bharat, pk pak pakistan, bd bgd bangladesh, lk lka "sri lanka", np npl nepal, cn chn china "p r china" prc "peoples republic of china",
hk hkg "hong kong" hongkong, mo mac macau macao, tw twn taiwan, jp jpn japan nippon nihon, kr kor "south korea" korea "republic of korea", sg sgp singapore, my mys malaysia,
th tha thailand, vn vnm vietnam "viet nam", ph phl philippines, id idn indonesia, au aus australia australien, nz nzl "new zealand" neuseeland, ca can canada kanada, mx mex
mexico mexiko, br bra brazil brasil brasilien, ar arg argentina argentinien, cl chl chile, co col colombia, pe per peru, ve ven venezuela, uy ury uruguay, ec ecu ecuador,
bo bol bolivia, py pry paraguay, cr cri "costa rica", pa pan panama, gt gtm guatemala, do dom "dominican republic", cu cub cuba, jm jam jamaica, cy cyp cyprus zypern, mt
mlt malta, li lie liechtenstein, mc mco monaco, ir irn iran, iq irq iraq, jo jor jordan, lb lbn lebanon
"""


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in table.replace("\n", " ").split(","):
        quoted = entry.split('"')
        names = [*" ".join(quoted[::2]).split(), *(name for name in quoted[1::2])]
        found.update({name: names[0] for name in names if name not in found})
    return found


STATES: Final = _read(_STATES)
"""States of the USA, by every name: the letters of the postal service."""
AUSTRALIAN: Final = _read(_AUSTRALIAN)
CANADIAN: Final = _read(_CANADIAN)
REGIONS: Final = {**CANADIAN, **AUSTRALIAN, **STATES}
"""All of them; where two countries have the same letters they stay as they are."""
COUNTRIES: Final = _read(_COUNTRIES)
"""Countries by every name: ISO 3166 in small letters."""
GENDERS: Final = {
    **dict.fromkeys(["m", "male", "man", "mann", "mannlich", "herr", "masculin", "masculino", "maschio", "maschile", "homme", "hombre", "uomo", "mr", "boy",
                     "mannelijk", "homem", "mezczyzna", "muzh", "men", "h"], "m"),
    **dict.fromkeys(["f", "female", "woman", "w", "weiblich", "frau", "feminin", "femenino", "feminino", "femmina", "femminile", "femme", "mujer", "donna", "v",
                     "vrouw", "vrouwelijk", "mulher", "kobieta", "girl", "women", "mrs", "ms", "miss"], "f"),
}  # fmt: skip
"""m and f by every name; whatever else is written is not told."""
