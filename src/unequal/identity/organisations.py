"""Names of organisations: their words, and the legal form told apart from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from unequal.identity.letters import folded_family

_FORMS: Final = """
inc: inc, incorporated, in c; corp: corp, corporation; co: co, company, cie, compagnie, comp
ltd: ltd, limited, co ltd, company limited, co limited, company ltd, corp ltd, private limited, pvt ltd, private ltd, pvt limited, p ltd
plc: plc, p l c, public limited company, public ltd co, public limited co
llc: llc, l l c, limited liability company, limited liability co, ltd liability co
llp: llp, l l p, limited liability partnership; lp: lp, l p, limited partnership; pllc: pllc, p l l c; pc: professional corporation, p c
pty ltd: pty ltd, pty limited, proprietary limited, proprietary ltd, pty; pte ltd: pte ltd, pte limited, private limited company, pte
sdn bhd: sdn bhd, sendirian berhad; bhd: bhd, berhad; unltd: unlimited, ultd; cic: cic, community interest company; cio: cio
gmbh: gmbh, g m b h, mbh, gesellschaft mit beschrankter haftung, ges m b h, gesmbh, ggmbh
gmbh co kg: gmbh co kg, gmbh und co kg, gmbh and co kg, gmbh cokg, mbh co kg, gmbh co, ag co kg, gmbh co kgaa
ag: ag, a g, aktiengesellschaft; kg: kg, k g, kommanditgesellschaft, co kg, und co kg; kgaa: kgaa, kg a a, kommanditgesellschaft auf aktien
ohg: ohg, o h g, offene handelsgesellschaft, og; ug: ug, ug haftungsbeschrankt, unternehmergesellschaft haftungsbeschrankt, unternehmergesellschaft
gbr: gbr, gesellschaft burgerlichen rechts; ek: ek, e k, e kfm, e kfr, eingetragener kaufmann; ev: ev, e v, eingetragener verein
eg: eg, e g, eingetragene genossenschaft; se: se, societas europaea
sa: sa, s a, societe anonyme, sociedad anonima, sociedade anonima, spolka akcyjna; sas: sas, s a s, sasu, societe par actions simplifiee
sarl: sarl, s a r l, societe a responsabilite limitee, eurl; snc: snc, s n c; sci: sci, s c i; scs: scs, s c s; scop: scop
sa de cv: sa de cv, s a de c v, sociedad anonima de capital variable, sab de cv, s a b de c v, sapi de cv
srl de cv: s de rl de cv, s de r l de c v, srl de cv
sl: sl, s l, sociedad limitada, sociedad de responsabilidad limitada; slu: slu, s l u; slp: slp; sc: sc, s c
srl: srl, s r l, srls, societa a responsabilita limitata; spa: spa, s p a, societa per azioni; ltda: ltda, limitada, lda; eireli: eireli
bv: bv, b v, bvba, besloten vennootschap, b v b a; nv: nv, n v, naamloze vennootschap; vof: vof, v o f; cv: cv, c v
ab: ab, aktiebolag, aktb; as: as, a s, aksjeselskap, aktieselskab, akciova spolecnost, anonim sirketi; asa: asa; aps: aps, anpartsselskab; oy: oy, osakeyhtio; oyj: oyj, oy ab
hf: hf; ehf: ehf
sp z o o: sp z o o, sp zoo, spzoo, sp z oo, spolka z ograniczona odpowiedzialnoscia, spolka z o o, spolka zoo
sp j: sp j, spolka jawna; sp k: sp k, spolka komandytowa; sro: sro, s r o, spol s r o, spol sro
kft: kft, korlatolt felelossegu tarsasag; zrt: zrt; nyrt: nyrt; doo: doo, d o o; dd: d d; ad: ad; ood: ood; eood: eood
ooo: ooo, obschestvo s ogranichennoy otvetstvennostyu; oao: oao; zao: zao; pao: pao, pjsc, p j s c; jsc: jsc, ojsc, cjsc, joint stock company
uab: uab; sia: sia; ou: ou, osauhing; tov: tov; ltd sti: ltd sti, limited sirketi
kk: kk, k k, kabushiki kaisha, kabushiki gaisha, kabushikigaisha; gk: g k, godo kaisha; yk: yugen kaisha
pt: pt, perseroan terbatas; tbk: tbk; fzco: fzco, fze, fz llc; wll: wll, w l l; bsc: b s c; psc: psc, p s c
sal: s a l
"""


def _read(table: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for entry in table.replace("\n", ";").split(";"):
        form, _, ways = entry.partition(":")
        found.update({tuple(way.split()): form.strip() for way in ways.split(",") if way.strip()})
    return found


FORMS: Final = _read(_FORMS)
"""Ways of writing a legal form, normalised: the form."""
_LONGEST: Final = max(map(len, FORMS))
_IN_FRONT: Final = frozenset(["ooo", "oao", "zao", "pao", "pt", "ab", "uab", "sia", "tov", "ou"])
"""Forms that stand before the name."""
_GENERIC: Final = frozenset(["co", "corp"])
"""Tells little beside a form that stands before it."""
CONNECTING: Final = frozenset(["the", "and", "und", "et", "of", "og", "och", "y"])


@dataclass(frozen=True, slots=True)
class OrganisationParts:
    """The words of an organisation's name, and its legal form; "" where none is told."""

    words: tuple[str, ...] = ()
    form: str = ""


def organisation_parts(text: str) -> OrganisationParts:
    """A normalised name of an organisation in words and legal form; a name that is nothing else keeps its words.

    >>> organisation_parts("mueller and soehne gmbh co kg")
    OrganisationParts(words=('muller', 'sohne'), form='gmbh co kg')
    >>> organisation_parts("i b m corp"), organisation_parts("sa").words
    (OrganisationParts(words=('ibm',), form='corp'), ('sa',))
    """
    every = text.replace(",", " ").split()
    words, form = _without_forms(every)
    meant = [word for word in words if word not in CONNECTING] or words
    return OrganisationParts(tuple(map(folded_family, _abbreviations_joined(meant))), form)


def acronym(words: Sequence[str]) -> str:
    """The first letters of an organisation's words.

    >>> acronym(("international", "business", "machines"))
    'ibm'
    """
    return "".join(word[0] for word in words)


def _without_forms(words: list[str]) -> tuple[list[str], str]:
    form, length = "", -1
    while words and len(words) != length:
        length = len(words)
        for several in range(min(_LONGEST, length - 1), 0, -1):
            found = FORMS.get(tuple(words[-several:]))
            if found is not None:
                form = found if not form or form in _GENERIC else form
                words = words[:-several]
                break
    if len(words) > 1 and words[0] in _IN_FRONT:
        form, words = form or FORMS[(words[0],)], words[1:]
    while len(words) > 1 and words[-1] in {"and", "und", "et"}:
        words = words[:-1]
    return words, form


def _abbreviations_joined(words: list[str]) -> list[str]:
    """Single letters in a row as one word: I.B.M. is IBM."""
    found: list[str] = []
    letters = ""
    for word in [*words, ""]:
        if len(word) == 1:
            letters += word
            continue
        found += [letters] if letters else []
        found += [word] if word else []
        letters = ""
    return found
