"""Which sale a return takes back."""

from __future__ import annotations

import ibis

from unequal import config

_LINKING = ("_return", "_original", "_match")


def links_of_returns(posted: ibis.Table, source: config.Source) -> ibis.Table | None:
    """Which sale each return takes back: returned, reverses (entry_ids); None where the config declares no returns.

    The original carries the document number that the return names (and the same product, where one
    is mapped); where the return names none it is the customer's latest sale up to that moment that is
    equal in `match_on`. It is of the same amount, currency and opposite sign. A sale is taken back at
    most to its own amount, earliest return first: a return beyond that keeps its dollars and has no
    link. The link moves no dollar.

    Args:
        posted: rows of `posted_rows`.
        source: its config.
    """
    returns = source.postings.returns if source.postings else None
    if source.postings is None or returns is None:
        return None
    found = []
    if returns.original is not None:
        found.append(_candidates(posted, "_original", "document", same_product=source.postings.product is not None))
    if returns.match_on:
        unnamed = posted.filter(posted["_original"].isnull(), posted["record"].notnull())
        found.append(_candidates(unnamed, "_match", "_match", sales=posted, same_customer=True))
    if not found:
        return None
    return _within_the_sale(_latest(found[0] if len(found) == 1 else found[0].union(found[1])))


def with_links(posted: ibis.Table, links: ibis.Table | None) -> ibis.Table:
    """Posted rows with `reverses`: as many rows, without the columns that served the linking.

    Args:
        posted: rows of `posted_rows`.
        links: what `links_of_returns` found; materialise it first where it is costly.
    """
    if links is None:
        return posted.mutate(reverses=ibis.null("string")).drop(*_LINKING)
    return posted.left_join(links, posted["entry_id"] == links["returned"]).drop("returned", *_LINKING)


def _candidates(
    posted: ibis.Table,
    named: str,
    name: str,
    *,
    sales: ibis.Table | None = None,
    same_product: bool = False,
    same_customer: bool = False,
) -> ibis.Table:
    """Pairs of a return and a sale it may take back: returned, reverses, their amounts and their order."""
    taken = posted.filter(posted["_return"], posted[named].notnull())
    taken = taken.select(
        returned="entry_id", _name=named, _amount_name="amount_name", _currency="currency", _product=_text(taken["product"]),
        _record=_text(taken["record"]), returned_at=_moment(taken), returned_amount="original_amount",
        returned_file="source_file", returned_row="source_row",
    )  # fmt: skip
    sold = posted if sales is None else sales
    sold = sold.filter(~sold["_return"], sold[name].notnull())
    sold = sold.select(
        reverses="entry_id", _sold_name=name, _sold_amount_name="amount_name", _sold_currency="currency", _sold_product=_text(sold["product"]),
        _sold_record=_text(sold["record"]), sold_at=_moment(sold), sold_amount="original_amount", sold_file="source_file", sold_row="source_row",
    )  # fmt: skip
    equal = [taken["_name"] == sold["_sold_name"], taken["_amount_name"] == sold["_sold_amount_name"]]
    equal.append(taken["_currency"] == sold["_sold_currency"])
    if same_product:
        equal.append(taken["_product"] == sold["_sold_product"])
    if same_customer:
        equal.append(taken["_record"] == sold["_sold_record"])
    pairs = taken.join(sold, equal)
    opposite = (pairs["returned_amount"] < 0) & (pairs["sold_amount"] > 0) | (pairs["returned_amount"] > 0) & (pairs["sold_amount"] < 0)
    earlier = pairs["sold_at"] <= pairs["returned_at"]
    chosen = pairs.filter(opposite, earlier) if same_customer else pairs.filter(opposite)
    return chosen.select(
        "returned",
        "reverses",
        "returned_at",
        "returned_amount",
        "returned_file",
        "returned_row",
        "sold_at",
        "sold_amount",
        "sold_file",
        "sold_row",
    )


def _text(column: ibis.Value) -> ibis.Value:
    """Null as a text, so that two sales without a product, or without a customer, are equal in it."""
    return column.fill_null("")


def _moment(table: ibis.Table) -> ibis.Value:
    return table["occurred_at"].fill_null(table["booked_on"].cast("timestamp(6)"))


def _latest(pairs: ibis.Table) -> ibis.Table:
    """Of each return its latest candidate; among equals the last row."""
    order = ibis.window(
        group_by=pairs["returned"],
        order_by=[pairs["sold_at"].desc(), pairs["sold_file"].desc(), pairs["sold_row"].desc(), pairs["reverses"]],
    )
    ranked = pairs.mutate(place=ibis.row_number().over(order).cast("int64"))
    return ranked.filter(ranked["place"] == 0).drop("place")


def _within_the_sale(pairs: ibis.Table) -> ibis.Table:
    """Links of returns that together come to no more than the sale: returned, reverses."""
    order = ibis.window(
        group_by=pairs["reverses"],
        order_by=[pairs["returned_at"], pairs["returned_file"], pairs["returned_row"], pairs["returned"]],
        preceding=None,
        following=0,
    )
    summed = pairs.mutate(so_far=pairs["returned_amount"].abs().sum().over(order).cast("decimal(28, 4)"))
    return summed.filter(summed["so_far"] <= summed["sold_amount"].abs()).select("returned", "reverses")
