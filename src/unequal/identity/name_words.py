"""Words that stand in names and are no name: titles, generations, particles, styles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

TITLES: Final = frozenset([
    "mr", "mrs", "ms", "miss", "mx", "mister", "missus", "messrs", "dr", "drs", "doctor", "prof", "professor", "sir", "dame", "lady", "lord", "rev",
    "reverend", "hon", "herr", "frau", "hr", "fr", "fru", "ing", "dipl", "mag", "mme", "mlle", "monsieur", "madame", "mademoiselle", "sr", "sra", "srta",
    "senor", "senora", "senorita", "don", "dona", "sig", "signor", "signora", "signorina", "dott", "dottore", "dhr", "mevr", "mevrouw", "heer", "pan", "pani",
]) - {"don", "sr", "fr", "pan", "mag"}  # fmt: skip
"""In front of a name. Don, Fr, Pan and the like are left out: they are names, or say something else, too."""

RANKS: Final = frozenset([
    "major", "maj", "captain", "capt", "cpt", "colonel", "col", "lieutenant", "lt", "sergeant", "sgt", "general", "gen", "admiral", "corporal", "cpl",
    "private", "pvt", "commander", "cmdr", "father", "sister", "brother", "rabbi", "imam", "sheikh", "judge", "justice", "senator", "councillor", "fr",
    "master",
])  # fmt: skip
"""Titles only where two more words follow: Major Smith may be called so."""

POSTNOMINALS: Final = frozenset([
    "phd", "md", "esq", "esquire", "dds", "dvm", "mba", "cpa", "rn", "obe", "mbe", "cbe", "kbe", "dbe", "gbe", "qc", "kc", "jd", "dphil", "msc", "bsc",
    "llm", "llb", "frs", "bart", "bt", "kg", "kcb", "gcb", "mp", "pe", "cfa", "ret", "retd", "deceased", "decd",
])  # fmt: skip
"""Behind a name."""

GENERATIONS: Final = {
    "jr": 2, "jnr": 2, "junior": 2, "jun": 2, "sr": 1, "snr": 1, "senior": 1, "sen": 1, "ii": 2, "iii": 3, "iv": 4, "2nd": 2, "3rd": 3, "4th": 4,
    "filho": 2, "hijo": 2,
}  # fmt: skip
PARTICLES: Final = frozenset([
    "von", "vom", "van", "vande", "vanden", "vander", "der", "den", "de", "del", "dela", "della", "delle", "di", "da", "das", "do", "dos", "du", "la", "le",
    "les", "los", "las", "ter", "ten", "op", "het", "zu", "zum", "zur", "el", "al", "bin", "ibn", "bint", "abu", "af", "av", "st", "san", "santa", "fitz",
    "ap", "degli", "dei", "lo",
])  # fmt: skip
"""Where one stands between names, the family name begins with it."""

MAIDEN: Final = frozenset(["nee", "geb", "geborene", "geboren", "born", "formerly", "fka", "ne"])
STYLES: Final = frozenset([
    "of", "the", "duke", "earl", "baron", "baroness", "count", "countess", "viscount", "viscountess", "marquess", "marquis", "marchioness", "duchess",
    "lord", "lady", "prince", "princess", "king", "queen", "bishop", "archbishop", "emperor", "empress", "elector", "landgrave", "margrave", "earls",
    "laird", "sheriff", "baronet", "knight", "graf", "grafin", "herzog", "freiherr", "conde", "comte", "duc", "pope", "saint", "abbot",
])  # fmt: skip
"""Behind a comma they begin what a person is, not how he is called."""

IRISH: Final = frozenset([
    "neil", "neill", "neal", "brien", "bryan", "connor", "conner", "connell", "donnell", "donoghue", "donohue", "donovan", "driscoll", "dwyer", "farrell",
    "flaherty", "gara", "grady", "hara", "keefe", "keeffe", "leary", "loughlin", "laughlin", "mahony", "mahoney", "malley", "mara", "meara", "reilly", "riley",
    "rourke", "shaughnessy", "shea", "sullivan", "toole", "hare", "hagan", "kane", "kelly", "nolan", "regan", "callaghan", "boyle", "byrne", "carroll",
    "doherty", "dowd", "gorman", "halloran", "hanlon", "hanrahan", "higgins", "rorke", "brian",
])  # fmt: skip
"""What follows the O of an Irish name that lost its apostrophe."""


HISPANIC: Final = frozenset([
    "garcia", "gonzalez", "rodriguez", "fernandez", "lopez", "martinez", "sanchez", "perez", "gomez", "jimenez", "ruiz", "hernandez", "diaz", "moreno",
    "munoz", "alvarez", "romero", "alonso", "gutierrez", "navarro", "torres", "dominguez", "vazquez", "vasquez", "ramirez", "gil", "serrano", "molina", "morales",
    "suarez", "ortega", "delgado", "castro", "ortiz", "rubio", "sanz", "nunez", "medina", "iglesias", "castillo", "cortes", "garrido", "guerrero", "lozano",
    "cano", "mendez", "cruz", "flores", "herrera", "marquez", "cabrera", "gallego", "calvo", "vidal", "campos", "reyes", "vega", "fuentes", "carrasco", "aguilar",
    "caballero", "nieto", "vargas", "pascual", "gimenez", "herrero", "hidalgo", "montero", "lorenzo", "ibanez", "ferrer", "duran", "benitez", "mora", "arias",
    "carmona", "crespo", "soto", "velasco", "mendoza", "rivera", "chavez", "ramos", "juarez", "estrada", "valdez", "rios", "salazar", "guzman", "montoya",
    "silva", "santos", "pereira", "oliveira", "souza", "ferreira", "alves", "rocha", "costa", "espinoza", "contreras", "cardenas", "acosta", "figueroa", "rojas",
]) - {"gil", "lorenzo", "pascual", "vidal", "cruz", "reyes", "alonso"}  # fmt: skip
"""Family names of the Spanish and Portuguese speaking world that are hardly given ones: before another name they are the first of two."""


def either(*words: Iterable[str]) -> str:
    """A pattern that finds any of the words, whole, between blanks."""
    return f"(^|[ ,])({'|'.join(sorted({word for several in words for word in several}))})([ ,]|$)"


_JOINED: Final = ("mc", "mac", "saint")
SPECIAL_IN_GIVEN: Final = either(TITLES, POSTNOMINALS, GENERATIONS)
SPECIAL_IN_FAMILY: Final = either(TITLES, POSTNOMINALS, GENERATIONS, MAIDEN, _JOINED, "odl")
SPECIAL_IN_FULL: Final = either(HISPANIC, TITLES, RANKS, POSTNOMINALS, GENERATIONS, PARTICLES, MAIDEN, STYLES, _JOINED, "odl")
"""Where none of these is found, SQL may take a name as it is."""
