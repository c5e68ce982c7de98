"""The golden record: which of the values that a customer's records give stands for the customer, and which rule chose it.

No value is made: the golden value is one that a record gives, and stays where it stands, in PERSON_ATTRIBUTE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity.tables import GOLDEN_ATTRIBUTE
from unequal.terms.address_parts import ADDRESS_PARTS
from unequal.terms.ids import SEPARATOR

ADDRESS: Final = "address"

_CONTACT: Final = ("verified", "recency", "agreement", "source_trust")
_FOR_LIFE: Final = ("verified", "agreement", "source_trust", "recency")
_NAME: Final = ("verified", "agreement", "completeness", "source_trust", "recency")
_ANYTHING: Final = ("verified", "recency", "agreement", "source_trust")

DEFAULTS: Final[Mapping[str, Sequence[str]]] = {
    "email": _CONTACT, "phone": _CONTACT,
    "birth_date": _FOR_LIFE, "tax_id": _FOR_LIFE, "gender": _FOR_LIFE,
    "full_name": _NAME, "given_name": _NAME, "family_name": _NAME, "organisation_name": _NAME, "title": _NAME, "suffix": _NAME,
    ADDRESS: ("verified", "recency", "agreement", "completeness", "source_trust"),
}  # fmt: skip
"""What people move away from is best known lately; what they are born with is best known to most."""

UNDISPUTED, SOUND, ORDER = "undisputed", "sound", "order"
"""What decided where no rule had to, or none could."""

_LEVELS: Final = 5
_CHOICE: Final = ["customer", "chosen_as", "record", "choice"]
_RIVALS: Final = ["customer", "chosen_as"]


def rules_of(project: config.Project) -> dict[str, Sequence[str]]:
    """The rules of each attribute in order: the project's own, or those of its meaning; "" has those of all others."""
    own = {attribute: tuple(rules) for attribute, rules in project.identity.golden.items()}
    return {"": _ANYTHING, **DEFAULTS, **own}


def golden_attributes(values: ibis.Table, owned: ibis.Table, *, project: config.Project) -> ibis.Table:
    """For each customer and attribute the value that survives.

    A sound value goes before a placeholder, one that is not valid, or that of a test account. Among
    sound ones the attribute's rules decide, each only where those before it leave several; where all
    leave several, the first record in the order of its source and id wins, so that a rerun gives the
    same. The parts of an address are chosen as one, from one record: as its latest row has them.

    Args:
        values: see values_of_customers.
        owned: see owned_records.
        project: the config; its rules, and whom it trusts.

    Returns:
        GOLDEN_ATTRIBUTE. One row for each attribute of a customer that any of its records gives; a part of an
        address only where the chosen record gives it.
    """
    rules = rules_of(project)
    # Most values have no rival: they need no ranking, which costs the most.
    alone, single = values.filter(~values.is_part, values.given == 1), values.filter(~values.is_part, values.given > 1)
    address = _latest_address(values.filter(values.is_part))
    best = _best(_with_levels(_single_choices(single).union(_address_choices(address)), rules))
    shown = ["customer", "chosen_as", "record", "choice", "attribute", "rank", "agreeing", "saying", "different"]
    standing = single.select(shown).union(address.select(shown))
    chosen = standing.inner_join(best, _CHOICE).select(*shown, "decided_at").union(alone.select(*shown, decided_at=ibis.null("int64")))
    named = chosen.inner_join(owned, "record").select(*shown, "decided_at", "customer_id", "source", "record_id")
    return named.select(
        *("customer_id", "attribute", "source", "record_id", "rank"),
        rule=_rule_told(named.chosen_as, named.decided_at, rules),
        agreeing=named.agreeing,
        conflicting=named.saying - named.agreeing,
        values=named.different,
    ).select(*GOLDEN_ATTRIBUTE.names)


def owned_records(customer_records: ibis.Table, records: ibis.Table, *, project: config.Project) -> ibis.Table:
    """The delivered records of customers, numbered in the order that decides ties: texts are slow to group by.

    Args:
        customer_records: CUSTOMER_RECORD.
        records: RECORD.
        project: the config; whom it trusts.

    Returns:
        customer_id, source, record_id, is_test, record int64, customer int64, source_trust int64.
    """
    owned = customer_records.inner_join(records, ["source", "record_id"]).select("customer_id", "source", "record_id", "is_test")
    return owned.mutate(
        record=ibis.row_number().over(ibis.window(order_by=["source", "record_id"])).cast("int64"),
        customer=ibis.dense_rank().over(ibis.window(order_by="customer_id")).cast("int64"),
        source_trust=_trust(owned.source, project),
    )


def values_of_customers(attributes: ibis.Table, owned: ibis.Table) -> ibis.Table:
    """What the records of each customer say, and with how many others each value agrees.

    Args:
        attributes: PERSON_ATTRIBUTE.
        owned: see owned_records.

    Returns:
        A row for each of PERSON_ATTRIBUTE: customer, record, attribute, rank, observed_at, verified, source_trust; chosen_as (the
        attribute, or address) and choice (what of the record is chosen together); value, valid, sound; agreeing (records that
        say the same), saying (records that say anything, as valid as this), different (distinct values, likewise), given (rows of
        this customer and attribute).
    """
    joined = attributes.inner_join(owned, ["source", "record_id"]).select(
        *(
            "record",
            "customer",
            "attribute",
            "rank",
            "observed_at",
            "source_trust",
            "is_test",
            "value_given",
            "value_normalised",
            "verified",
        )
    )
    is_part = joined.attribute.isin(ADDRESS_PARTS)
    # A selection of its own: what follows joins it with its own sums, which Ibis refuses of a join.
    said = joined.select(
        *("record", "customer", "attribute", "rank", "observed_at", "source_trust"),
        chosen_as=is_part.ifelse(ADDRESS, joined.attribute),
        choice=is_part.ifelse(0, joined["rank"]),
        is_part=is_part,
        value=joined.value_normalised.fill_null(joined.value_given),
        valid=joined.value_normalised.notnull(),
        # Two bits: of a valid value, and of a real account.
        sound=joined.value_normalised.notnull().cast("int64") * 2 + (~joined.is_test).cast("int64"),
        verified=joined.verified.fill_null(False).cast("int64"),
    )
    of_attribute = ["customer", "attribute", "valid"]
    by_value = said.group_by(*of_attribute, "value").aggregate(agreeing=said.record.nunique().cast("int64"))
    by_validity = said.group_by(of_attribute).aggregate(
        saying=said.record.nunique().cast("int64"), different=said.value.nunique().cast("int64"), rows=said.count().cast("int64")
    )
    by_attribute = by_validity.mutate(given=by_validity["rows"].sum().over(ibis.window(group_by=["customer", "attribute"])).cast("int64"))
    counted = said.inner_join(by_value, [*of_attribute, "value"]).select(*said.columns, "agreeing")
    return counted.inner_join(by_attribute, of_attribute).select(*said.columns, "agreeing", "saying", "different", "given")


def _latest_address(parts: ibis.Table) -> ibis.Table:
    """Of each record the parts of its latest address."""
    of_part = ibis.window(group_by=["record", "attribute"], order_by=[ibis.desc("sound"), "rank"])
    first = parts.mutate(place=ibis.row_number().over(of_part).cast("int64"))
    kept = first.filter(first.place == 0)
    soundest = kept.mutate(soundest=kept.sound.max().over(ibis.window(group_by="record")))
    sound = soundest.filter(soundest.sound == soundest.soundest)
    latest = sound.mutate(latest=sound.observed_at.max().over(ibis.window(group_by="record")))
    # A part that the latest row no longer has belongs to an older address.
    return latest.filter(latest.latest.isnull() | (latest.observed_at == latest.latest)).select(*parts.columns)


def _single_choices(values: ibis.Table) -> ibis.Table:
    """Each value that stands for itself, with how it fares by each rule, more is better."""
    return values.select(
        *_CHOICE, "sound", "verified", "source_trust", "observed_at",
        agreement=values.agreeing - 1, completeness=values.value.length().cast("int64"), means=values.value,
    )  # fmt: skip


def _address_choices(parts: ibis.Table) -> ibis.Table:
    """The same of each address, from its parts."""
    texts = {f"part_{name}": parts.value.max(where=parts.attribute == name).fill_null("") for name in ADDRESS_PARTS}
    return parts.group_by(_CHOICE).aggregate(
        sound=parts.sound.max(),
        verified=parts.verified.max(),
        source_trust=parts.source_trust.max(),
        observed_at=parts.observed_at.max(),
        # How often other records bear out its parts, however much of an address it gives.
        agreement=(parts.agreeing - 1).sum().cast("int64"),
        # One with more parts is more complete than one with longer ones.
        completeness=(parts.value.length().cast("int64") + 1000).sum().cast("int64"),
        means=ibis.literal(SEPARATOR).join(list(texts.values())),
    )


def _with_levels(choices: ibis.Table, rules: Mapping[str, Sequence[str]]) -> ibis.Table:
    """Choices with how they fare by the first rule of their attribute, by the second, and on."""
    by_date = ibis.window(group_by=_RIVALS, order_by=choices.observed_at.asc(nulls_first=True))
    fared = choices.mutate(recency=ibis.dense_rank().over(by_date).cast("int64"))
    levels = {f"level_{at}": _level(fared, rules, at) for at in range(1, _LEVELS + 1)}
    return fared.select(*_CHOICE, "sound", "means", **levels)


def _trust(source: ir.StringValue, project: config.Project) -> ir.IntegerValue:
    known = [(source == name, ibis.literal(trust, "int64")) for name in project.sources if (trust := project.identity.trust(name))]
    return ibis.cases(*known, else_=ibis.literal(0, "int64")) if known else ibis.literal(0, "int64")


def _level(fared: ibis.Table, rules: Mapping[str, Sequence[str]], at: int) -> ir.IntegerValue:
    """How a choice fares by the rule that its attribute has at a place of its list; all alike where the list is shorter."""
    nothing = ibis.literal(0, "int64")
    by_rule = [(_is_one_of(fared.chosen_as, rules, named), fared[rule]) for rule, named in _by_rule(rules, at).items()]
    return ibis.cases(*by_rule, else_=nothing) if by_rule else nothing


def _by_rule(rules: Mapping[str, Sequence[str]], at: int) -> dict[str, list[str]]:
    """The attributes that have each rule at a place of their list, counted from 1."""
    found: dict[str, list[str]] = {}
    for attribute, listed in rules.items():
        if len(listed) >= at:
            found.setdefault(listed[at - 1], []).append(attribute)
    return found


def _is_one_of(chosen_as: ir.StringValue, rules: Mapping[str, Sequence[str]], named: Sequence[str]) -> ir.BooleanValue:
    """Whether an attribute is one of these; "" stands for all that have no rules of their own."""
    known = chosen_as.isin([name for name in named if name])
    return known | ~chosen_as.isin([name for name in rules if name]) if "" in named else known


def _best(choices: ibis.Table) -> ibis.Table:
    """The choice that wins for each customer and attribute, and at which level the last rival with another value lost.

    Returns:
        The columns of a choice, and decided_at int64: 0 for sound, then the place of the rule,
        one more than there are levels where only the order of records tells, null where there is no rival.
    """
    levels = ["sound", *(f"level_{at}" for at in range(1, _LEVELS + 1))]
    in_order = ibis.window(group_by=_RIVALS, order_by=[*(ibis.desc(level) for level in levels), "record", "choice"])
    placed = choices.mutate(place=ibis.row_number().over(in_order).cast("int64"))
    all_rivals = ibis.window(group_by=_RIVALS)
    won = {f"won_{name}": (placed.place == 0).ifelse(placed[name], None).max().over(all_rivals) for name in ("means", *levels)}
    places = placed.mutate(**won)
    lost_at = ibis.cases(
        *((places[level] != places[f"won_{level}"], ibis.literal(at, "int64")) for at, level in enumerate(levels)),
        else_=ibis.literal(len(levels), "int64"),
    )
    rivals = places.mutate(lost_at=(places.means != places.won_means).ifelse(lost_at, None))
    told = rivals.mutate(decided_at=rivals.lost_at.max().over(all_rivals))
    return told.filter(told.place == 0).select(*_CHOICE, "decided_at")


def _rule_told(chosen_as: ir.StringValue, decided_at: ir.IntegerValue, rules: Mapping[str, Sequence[str]]) -> ir.StringValue:
    """The name of what decided."""
    told = [
        ((decided_at == at) & _is_one_of(chosen_as, rules, named), rule)
        for at in range(1, _LEVELS + 1)
        for rule, named in _by_rule(rules, at).items()
    ]
    return ibis.cases((decided_at.isnull(), UNDISPUTED), (decided_at == 0, SOUND), *told, else_=ORDER)
