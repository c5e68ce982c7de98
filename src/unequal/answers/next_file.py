"""Which extract would teach most, from what the config does not map yet."""

from __future__ import annotations

from unequal import config
from unequal.terms.lines import Level


def next_file_worth_most(project: config.Project, level: Level) -> str:
    """The next file to connect, and what it would show; empty where nothing obvious is missing.

    Where nothing is posted it is what was paid. The order is that of what moves a customer's figure most: cost of goods, then freight, then
    records that name the customers, then contacts (which cost to serve will be charged by).
    """
    sources = project.sources.values()
    if not any(source.postings for source in sources) and not project.ledger.activities:
        return (
            "what was paid, row by row with its day and amount: nothing posts a dollar yet, so the curve and all dollars ahead wait for it"
        )
    if level is Level.REVENUE:
        return "product costs (unit cost by product, or cost by order line): they turn revenue into gross margin, and show who is sold to at a loss"
    if level is Level.GROSS_MARGIN:
        return "freight and delivery costs by order: they turn gross margin into profit before service"
    if not any(source.records and source.records.attributes for source in sources):
        return "the customer master (names, e-mail, phone): one customer may stand under several ids"
    if not any(source.interactions for source in sources) and level is Level.CONTRIBUTION:
        return "a log of calls, chats and visits that names the customer: what contacts cost reaches nobody by name yet"
    if not any(source.interactions for source in sources):
        return "the support desk's log (who called, when, how long): what it costs to serve each customer is the largest cost not yet known"
    return ""
