"""The criteria of readiness: for each area four that hold or do not, each with the figure that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.answers import lost_tables
from unequal.answers.base import Base
from unequal.answers.conflicts import conflicts
from unequal.answers.incentives import told as told_of_pay
from unequal.answers.lost import gone
from unequal.answers.narrowing import attributes_named
from unequal.terms.amounts import share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import LINES_OF_LEVEL, WORD_OF_LEVEL, Level
from unequal.terms.money import money_sum

_CONSENT: Final = re.compile(r"consent|newsletter|opt_in|optin|permission|may_contact")
_REASON: Final = re.compile(r"reason|cause|why|grund|motiv")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Measured:
    """What data say of one area.

    Args:
        criteria: what must hold, whether it does, and by what figure; four of them, or none where no data can tell.
        dollars: those concerned by what does not hold; None where no figure tells.
        dollars_are: what these dollars are.
        next_step: what would bring it most.
    """

    criteria: tuple[tuple[str, bool, str], ...]
    dollars: Decimal | None
    dollars_are: str
    next_step: str

    @property
    def score(self) -> int | None:
        """How many criteria hold; None where nothing is measured."""
        return sum(holds for _, holds, _ in self.criteria) if self.criteria else None


def _one(base: Base, table: ibis.Table, **asked: ibis.Value) -> dict[str, Any]:
    return dict(base.fetch(table.aggregate(**asked))[0])


def _share(part: Any, whole: Any) -> float:
    return abs(float(part or 0)) / abs(float(whole)) if whole else 0.0


def _told(share: float) -> str:
    return share_text(round(share, 4))


def definition(base: Base) -> Measured:
    """Whether the firm has said what a customer is."""
    project = base.project
    naming = [name for name, source in project.sources.items() if source.records]
    customers = int(_one(base, base.table("customer"), rows=base.table("customer").count())["rows"])
    active, bands = "active" in project.identity.model_fields_set, bool(project.customer_base.model_fields_set)
    return Measured((
        ("A source names customers", bool(naming), f"{len(naming):,} sources"),
        ("All sources lead to one id of a customer", customers > 0, f"{customers:,} customers"),
        ("When a customer counts as active is declared", active, "identity.active"),
        ("Where the bands' lines lie is declared", bands, "customer_base"),
    ), None, "", "Declare identity.active and customer_base, and have finance and sales agree on them.")  # fmt: skip


def identity(base: Base) -> Measured:
    """Whether dollars reach somebody, and records of one customer are one."""
    entries = base.table("entry")
    sold = entries.filter(
        entries["line"].isin([str(line) for line in LINES_OF_LEVEL[Level.REVENUE]]), ~entries["customer_id"].startswith("level:")
    )
    # Sizes without signs no sum of entries tells.
    sizes = base.keep(
        sold.group_by(is_lost=sold["customer_id"] == "unassigned").aggregate(
            size=money_sum(sold["amount"].abs()), amount=money_sum(sold["amount"])
        )
    )
    lost, left = (ibis.ifelse(sizes["is_lost"], sizes[name], Decimal(0)) for name in ("size", "amount"))
    sums = _one(base, sizes, whole=money_sum(sizes["size"]), lost=money_sum(lost), left=money_sum(left))
    share = _share(sums["lost"], sums["whole"])
    known, several = base.table("customer_record"), len({name for name, one in base.project.sources.items() if one.records})
    each = known.group_by("customer_id").aggregate(first=known["source"].min(), last=known["source"].max())
    joined = int(_one(base, each, joined=(each["first"] != each["last"]).cast("int64").sum().fill_null(0))["joined"])
    steady = 1.0
    if "band_stability" in base.tables:
        judged = base.table("band_stability")
        told = _one(
            base,
            judged,
            rows=judged.count(),
            moved=(~judged["links_stable"].fill_null(ibis.literal(value=True))).cast("int64").sum().fill_null(0),
        )
        steady = 1 - _share(told["moved"], told["rows"])
    return Measured((
        ("95 % of sales reach a customer", bool(sums["whole"]) and share <= 0.05, f"{_told(1 - share)} do"),  # noqa: PLR2004
        ("99 % of sales reach a customer", bool(sums["whole"]) and share <= 0.01, f"{_told(1 - share)} do"),  # noqa: PLR2004
        ("Customers are joined over sources, where several know them", several == 1 or joined > 0, f"{joined:,} customers in two sources and more"),
        ("Doubtful links move the band of fewer than 5 %", steady >= 0.95, f"{_told(1 - steady)} would move"),  # noqa: PLR2004
    ), abs(sums["left"] or Decimal(0)).quantize(_CENT), "sales that reach no customer", "Get the customer's number onto the sales without one.")  # fmt: skip


def data_quality(base: Base) -> Measured:
    """Whether rows can be read, repeated and believed."""
    extract = base.table("extract")
    rows = _one(base, extract, read=extract["rows_read"].sum(), bad=extract["rows_quarantined"].sum())
    share = _share(rows["bad"], rows["read"])
    sources = base.project.sources.values()
    keyed = sum(1 for source in sources if source.key) / len(sources)
    fields, dollars = _defaults(base), Decimal(0)
    found = [row for row in fields if row["verdict"] == "default"]
    dollars = sum((row["cost"] or Decimal(0) for row in found), Decimal(0))
    return Measured((
        ("Fewer than 5 % of rows are kept out", share < 0.05, f"{_told(share)} are"),  # noqa: PLR2004
        ("Fewer than 1 % of rows are kept out", share < 0.01, f"{_told(share)} are"),  # noqa: PLR2004
        ("Four in five sources say what names a row once", keyed >= 0.8, f"{_told(keyed)} do"),  # noqa: PLR2004
        ("No field of codes has a form's default taken for a reason", not found and bool(fields), ", ".join(f"{row['source']}.{row['field']}" for row in found) or f"{len(fields):,} fields looked at"),
    ), dollars.quantize(_CENT), "costs that stand under a form's default", "Change the forms whose first code is picked whatever the matter.")  # fmt: skip


def _defaults(base: Base) -> list[dict[str, Any]]:
    return [dict(row) for row in base.fetch(base.table("code_field"))] if "code_field" in base.tables else []


def cost_data(base: Base) -> Measured:
    """How far down costs are known."""
    order = list(Level)
    at = order.index(base.level)
    statement = base.lines()
    sales = _one(base, statement, sales=money_sum(ibis.ifelse(statement["line"].isin([str(one) for one in LINES_OF_LEVEL[Level.REVENUE]]), statement["amount"], Decimal(0))))["sales"]  # fmt: skip
    assumed = Decimal(0)
    if "pool" in base.tables:
        pool = base.table("pool")
        assumed = Decimal(
            str(_one(base, pool, cost=money_sum(ibis.ifelse(pool["assumed"].notnull(), pool["cost"], Decimal(0))))["cost"] or 0)
        )
    whole = at == len(order) - 1
    word = WORD_OF_LEVEL[base.level]
    dollars, are = (
        (assumed, "costs of pools that are assumed") if whole else (sales or Decimal(0), f"sales of which no more than the {word} is known")
    )
    return Measured((
        ("The cost of goods is known", at >= 1, word), ("Freight is known", at >= 2, word),  # noqa: PLR2004
        ("The cost to serve is known", whole, word), ("No pool's cost is assumed", whole and not assumed, f"{assumed:,.2f} assumed"),
    ), dollars.quantize(_CENT), are, "Map the next cost: `unequal ask profit` names the file that would teach most.")  # fmt: skip


def tie_out(base: Base) -> Measured:
    """Whether the entries are what the company's books hold."""
    books = base.table("tie_out") if base.project.ledger.general_ledger is not None and "tie_out" in base.tables else None
    step = "Map the general ledger, and resolve what it leaves unexplained."
    if books is None:
        return Measured((("The general ledger is mapped", False, "ledger.general_ledger"), *((text, False, "no general ledger") for text in (
            "Every account has its rule", "Less than 1 % is unexplained", "Nothing is unexplained"))), None, "", step)  # fmt: skip
    loose = books["outcome"].isin(["unmapped", "no_account"]).cast("int64").sum().fill_null(0)
    gap, held = books["unexplained"].abs(), books["general_ledger"].abs()
    # Amounts of one currency alone are added up: the company's own.
    own = books["currency"] == base.project.reporting_currency
    told = _one(base, books, loose=loose, gap=gap.sum(where=own), held=held.sum(where=own & books["unexplained"].notnull()))
    share = _share(told["gap"], told["held"])
    return Measured((
        ("The general ledger is mapped", True, "ledger.general_ledger"), ("Every account has its rule", int(told["loose"]) == 0, f"{told['loose']:,} have none"),
        ("Less than 1 % is unexplained", share < 0.01, f"{_told(share)} is"), ("Nothing is unexplained", not told["gap"], f"{told['gap'] or 0:,.2f} is"),  # noqa: PLR2004
    ), Decimal(told["gap"] or 0).quantize(_CENT), "dollars that ledger and detail cannot explain", step)  # fmt: skip


def lost_reasons(base: Base) -> Measured:
    """Whether the firm knows why customers left, as `lost` tells it: of whom an end is recorded, whose reason is more than the form's default."""
    fields = lost_tables.fields_of_reasons(base)
    ended = {one.source for one in base.project.value.relationships.values() if isinstance(one, config.value.Contracts)}
    ended |= {one.source for one in base.project.turnover.departures.values()}
    asked = ", ".join(f"{source}.{column}" for source, column in fields) or _unread_reasons(base, ended)
    asked = asked or "no column of reasons (turnover.reasons, turnover.departures)"
    step = "Ask whoever leaves why, and take the catch-all off the form."
    told = {"rows": 0, "named": 0, "dollars": Decimal(0)}
    if "lost" in base.tables and fields:
        said = gone(base, base.level, None).filter(lambda t: t["how"] == "ended")
        is_named = said["reason_told"] == "recorded"
        told = _one(
            base,
            said,
            rows=said.count(),
            named=is_named.cast("int64").sum().fill_null(0),
            dollars=money_sum(ibis.ifelse(is_named, Decimal(0), said["brought"])),
        )
    named = _share(told["named"], told["rows"])
    return Measured((
        ("Ends are recorded", bool(ended), ", ".join(sorted(ended)) or "no contracts"), ("So is a reason", bool(fields), asked),
        ("Of half who left a reason is known that is no form's default", named >= 0.5, f"of {_told(named)}"),  # noqa: PLR2004
        ("Of four in five", named >= 0.8, f"of {_told(named)}"),  # noqa: PLR2004
    ), Decimal(str(told["dollars"] or 0)).quantize(_CENT) if told["rows"] else None,
       f"{WORD_OF_LEVEL[base.level]} of customers who left for a reason that nobody knows", step)  # fmt: skip


def _unread_reasons(base: Base, ended: Collection[str]) -> str:
    """Columns that look as if they held reasons, and that the config does not name."""
    named = [row for row in _defaults(base) if row["source"] in ended and _REASON.search(str(row["field"]).lower())]
    return ", ".join(f"{row['source']}.{row['field']} is not named under turnover.reasons" for row in named)


def referral_capture(base: Base) -> Measured:
    """Whether the firm knows who brings it customers."""
    known = base.table("relationship") if "relationship" in base.tables else None
    brought = dated = 0
    if known is not None:
        ties = known.filter(known["kind"].isin(["referrer", "introducer"]))
        told = _one(base, ties, brought=ties["to_customer"].nunique(), rows=ties.count(), dated=ties["since"].count())
        brought, dated = int(told["brought"]), _share(told["dated"], told["rows"])  # type: ignore[assignment]
    share = _share(brought, _one(base, base.table("customer"), rows=base.table("customer").count())["rows"])
    return Measured((
        ("Referrals or introductions are recorded", brought > 0, f"{brought:,} customers were brought"), ("So is the day", dated >= 0.9, f"{_told(float(dated))} have one"),  # noqa: PLR2004
        ("Of one customer in a hundred it is known who brought it", share >= 0.01, f"of {_told(share)}"),  # noqa: PLR2004
        ("Of one in twenty", share >= 0.05, f"of {_told(share)}"),  # noqa: PLR2004
    ), None, "", "Ask every new customer who sent it, and keep the answer with its number.")  # fmt: skip


def incentives(base: Base) -> Measured:
    """Whether what people are paid for serves the customer: by the programmes and agents that the config declares; nothing where it declares none."""
    step = "Write down what each plan pays for, and hold it against what customers bring."
    programmes, agents = base.project.programmes, base.project.agents
    paid = [one.incentive for one in programmes.values() if one.incentive] + (
        [agents.incentive.pays_for] if agents and agents.incentive else []
    )
    if not paid:
        return Measured((), None, "", step)
    caught, dollars = _caught_by_pay(base)
    share = _share(caught, _one(base, base.table("customer"), rows=base.table("customer").count())["rows"])
    pulls = bool(agents and agents.incentive and agents.asked_for)
    again = _comes_again(base)
    return Measured((
        ("What people are paid for is declared", True, "; ".join(paid)),
        ("Nobody who is paid pulls customers against another programme", caught == 0, f"{caught:,} customers are caught, {_told(share)}"),
        ("Agents are paid for what they are asked for", not pulls, f"paid for {agents.incentive.pays_for}, asked for {agents.asked_for}"
         if agents and agents.incentive and agents.asked_for else "no agent is paid for one thing and asked for another"),
        ("No more customers come again where agents are paid so", not again, again or "none is told apart from chance"),
    ), dollars, f"{WORD_OF_LEVEL[base.level]} of the last year, of customers caught between programmes that somebody is paid for",
       "Pay for what customers bring and whether they come again, and take one of two opposed programmes from whoever is caught.")  # fmt: skip


def _caught_by_pay(base: Base) -> tuple[int, Decimal | None]:
    """Customers caught between two programmes of which one at least pays somebody, and what they brought last year."""
    try:
        found = conflicts(base)
    except AnswerError:
        return 0, None
    pairs = [row["pair"] for row in found.tables["conflicts"].to_pylist() if row["incentives"]]
    caught = found.tables["caught"]
    named = pc.binary_join_element_wise(caught["programme"], caught["against"], " against ")
    paid = caught.filter(pc.is_in(named, value_set=pa.array(pairs, pa.string())))
    each = paid.group_by("customer_id").aggregate([("brought_last_year", "max")])
    return each.num_rows, Decimal(pc.sum(each["brought_last_year_max"]).as_py() or 0).quantize(_CENT)


def _comes_again(base: Base) -> str:
    """What an incentive of agents goes with, where it is more repeat contacts than chance gives; nothing otherwise."""
    if "service_contact" not in base.tables:
        return ""
    told = told_of_pay(base, base.table("service_contact"))
    return f"{_told(told.again.expected)} of matters more come again" if told is not None and told.again.low > 0 else ""


def rights_to_act(base: Base) -> Measured:
    """Whether it is known which customers may be written to."""
    own, known = base.project.attributes, base.table("customer_attribute")
    names = [name for name in own if _CONSENT.search(name) and name in known.columns]
    known = attributes_named(base, " ".join(names))
    customers = known.semi_join(base.table("band").select("customer_id"), "customer_id")
    held = ibis.or_(*(customers[name].notnull() for name in names)) if names else ibis.literal(value=False)
    customers = base.keep(customers.select("customer_id", _held=held.cast("int64")))
    told = _one(base, customers, rows=customers.count(), held=customers["_held"].sum().fill_null(0))
    share = _share(told["held"], told["rows"])
    protected = any(one.protected for one in own.values())
    open_ones = customers.filter(customers["_held"] == 0).select("customer_id")
    figures = base.brought(base.level).semi_join(open_ones, "customer_id")
    brought = _one(base, figures, amount=money_sum(figures["brought"]))["amount"] or Decimal(0)
    return Measured((
        ("Consent is mapped as an attribute", bool(names), ", ".join(names) or "no attribute named so"), ("It is known of half the customers", share >= 0.5, f"of {_told(share)}"),  # noqa: PLR2004
        ("Of nine in ten", share >= 0.9, f"of {_told(share)}"), ("Protected attributes are declared", protected, "attributes.NAME.protected"),  # noqa: PLR2004
    ), Decimal(brought).quantize(_CENT), f"{WORD_OF_LEVEL[base.level]} of customers of whom no consent is known", "Map the column that holds consent as an attribute.")  # fmt: skip


AREAS: Final[Mapping[str, tuple[str, Callable[[Base], Measured]]]] = {
    "definition": ("Definition of the customer", definition), "identity": ("Identity", identity), "data_quality": ("Data quality", data_quality),
    "cost_data": ("Cost data", cost_data), "tie_out": ("Tie-out with the books", tie_out), "lost_reasons": ("Why customers leave", lost_reasons),
    "referral_capture": ("Who brings customers", referral_capture), "incentives": ("Incentives", incentives), "rights_to_act": ("Rights to act", rights_to_act),
}  # fmt: skip
"""Every area: its name, and what measures it."""
