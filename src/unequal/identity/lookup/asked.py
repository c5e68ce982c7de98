"""What a caller says of somebody, read as records are read: the same normalising, the same parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unequal import config
from unequal.identity.attributes import Normalising, normalising_of
from unequal.identity.features import AS_THEY_ARE, TOLD_BY, wanted_of
from unequal.identity.featuring import PARTS, parts_of
from unequal.identity.matching.comparisons import Kind
from unequal.identity.parsing import parsed_value
from unequal.terms.errors import IdentityError

_OF_PERSONS = ("given_name", "family_name", "full_name", "suffix")
_ONLY_PERSONS = frozenset({*_OF_PERSONS, "birth_date", "gender"})


@dataclass(frozen=True)
class Asked:
    """A partial record, as it is compared.

    Args:
        kind: person or organisation.
        features: feature -> value, as FEATURES would have it.
        passed_over: attribute -> why it says nothing: placeholder or not_valid.
    """

    kind: Kind
    features: Mapping[str, str]
    passed_over: Mapping[str, str]


def asked(given: Mapping[str, str], project: config.Project, kind: Kind | None = None) -> Asked:
    """What a caller says, normalised.

    Args:
        given: attribute, or declared key -> value.
        project: the config.
        kind: of whom is asked; by default an organisation where its name is given and nothing that only persons have.

    Raises:
        IdentityError: IDN020, the project knows no such attribute; IDN021, nothing that was given says anything.
    """
    wanted = wanted_of(project)
    known = {*PARTS, *AS_THEY_ARE, *wanted.keys, *wanted.own}
    strange = [name for name in given if name not in known]
    if strange:
        raise IdentityError("IDN020", "nobody can be looked up by that", seen=", ".join(strange),
                            do=f"name one of {', '.join(sorted(known))}; `unequal check` tells what sources hold")  # fmt: skip
    kind = kind or ("organisation" if "organisation_name" in given and not given.keys() & _ONLY_PERSONS else "person")
    said, passed_over = _normalised({name: value for name, value in given.items() if value.strip()}, normalising_of(project))
    features = features_of_values(said, kind, keys=wanted.keys, own=wanted.own)
    if not features:
        raise IdentityError("IDN021", "what was given says nothing of anybody", seen=_told(passed_over) or "no values",
                            do="give names, a birth date, an e-mail, a phone, an address or a key that means one customer")  # fmt: skip
    return Asked(kind, features, passed_over)


def features_of_values(values: Mapping[str, str], kind: Kind, *, keys: tuple[str, ...] = (), own: tuple[str, ...] = ()) -> dict[str, str]:
    """FEATURES of one record: the rules that features.features_of has for tables.

    Args:
        values: attribute -> normalised value.
        kind: of the record.
        keys, own: declared keys, and attributes of the project's own that are compared.

    >>> features_of_values({"full_name": "lee, ann", "postcode": "89132"}, "person")
    {'postcode': '89132', 'given': 'ann', 'family': 'lee'}
    """
    named = {**{name: name for name in AS_THEY_ARE}, **{f"key_{name}": name for name in keys}, **{f"own_{name}": name for name in own}}
    found = {feature: values[name] for feature, name in named.items() if name in values}
    read = {name: parts_of(name, value) for name, value in _for_kind(values, kind).items() if name in PARTS}
    for feature, attributes in TOLD_BY.items():
        told = next((read[name][feature] for name in attributes if read.get(name, {}).get(feature)), None)
        if told is not None and feature not in {"given", "family"}:
            found[feature] = told
    return {**found, **_names(read)}


def _for_kind(values: Mapping[str, str], kind: Kind) -> dict[str, str]:
    """Values that are meant for a kind: an organisation is called by its name, or by the full one."""
    if kind == "person":
        return {name: value for name, value in values.items() if name != "organisation_name"}
    others = {name: value for name, value in values.items() if name not in {*_OF_PERSONS, "organisation_name"}}
    name = values.get("organisation_name") or values.get("full_name")
    return {**others, "organisation_name": name} if name else others


def _names(read: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Given and family name: separate fields win, and the whole name fills what they leave."""
    whole = read.get("full_name", {})
    given = read.get("given_name", {}).get("given") or whole.get("given")
    same = given is None or whole.get("given") is None or given == whole["given"]
    family = read.get("family_name", {}).get("family") or (whole.get("family") if same else None)
    if given and family and given.endswith(f" {family}"):
        given = given.removesuffix(f" {family}")
    return {name: value for name, value in (("given", given), ("family", family)) if value}


def _normalised(given: Mapping[str, str], normalising: Normalising) -> tuple[dict[str, str], dict[str, str]]:
    said, passed_over = {}, {}
    for name, value in given.items():
        found, flag = parsed_value(normalising.meaning(name), value, normalising)
        if found is None:
            passed_over[name] = flag or "not_valid"
        else:
            said[name] = found
    return said, passed_over


def exact(name: str, value: str, project: config.Project) -> str | None:
    """An identifier as records hold it when it is made comparable; None where it is a placeholder, or not valid.

    Args:
        name: email, phone, tax_id, or a declared key.
        value: as anybody writes it.
        project: the config.

    Raises:
        IdentityError: IDN020, the project knows no such identifier.
    """
    known = identifiers(project)
    if name not in known:
        raise IdentityError("IDN020", "nobody can be looked up by that", seen=name, do=f"name one of {', '.join(known)}, or a source")
    return _normalised({name: value}, normalising_of(project))[0].get(name)


def identifiers(project: config.Project) -> tuple[str, ...]:
    """The attributes by which somebody is found exactly: e-mail, phone, tax id and the declared keys."""
    return tuple(sorted({"email", "phone", "tax_id", *wanted_of(project).keys}))


def _told(passed_over: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {reason.replace('_', ' ')}" for name, reason in passed_over.items())
