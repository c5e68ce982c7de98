"""What the words on a page mean: shown on hover and focus, and listed at its end."""

from __future__ import annotations

from typing import Final, NamedTuple


class Definition(NamedTuple):
    """A word as a page writes it, and one or two sentences of what it means."""

    word: str
    meaning: str


_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "whale_curve": (
        "Whale curve",
        ("Customers stand in a row from the one who brings most {word} to the one who brings least, and their {word} is added up. "
        "The curve rises while customers add to it and falls where they take away."),
    ),
    "peak": ("Peak", "The highest point of the whale curve: the {word} there would be without the customers below zero."),
    "given_back": ("Given back", "Peak less end of the whale curve: the {word} that customers below zero take away again."),
    "below_zero": ("Below zero", "Customers whose {word} in the period is negative."),
    "top_fifth": ("Top 20%", "The fifth of the customers who bring most {word}, rounded down to whole customers."),
    "band": (
        "Band",
        ("Customers grouped by what they bring: clearly above zero, about zero, clearly below zero. "
        "How near to zero counts as about zero is declared in the config."),
    ),
    "level": (
        "Evidence level",
        "Which costs are known, and so what the money may be called. A cost nobody has mapped is not guessed; the figure is named for what it holds.",
    ),
    "revenue": ("Revenue", "Sales less discounts and returns. No cost is taken off."),
    "gross_margin": ("Gross margin", "Sales less discounts, returns and cost of goods."),
    "contribution_before_service": (
        "Profit before service",
        "Sales less discounts, returns, cost of goods and freight, without tax. Cost to serve is not yet known and not taken off.",
    ),
    "contribution": ("Profit", "Sales less every cost that cause and effect leads to the customer for, cost to serve included."),
    "unassigned": (
        "Not assigned",
        ("Money for which no customer could be found: the row names none, or one that no source knows, or a test account. "
        "It is in the ledger and on this page, and in no customer's figure."),
    ),
    "higher_levels": (
        "Higher levels",
        "Money booked to an order, channel, market or the company as a whole, because no single customer caused them.",
    ),
    "control_total": (
        "Control total",
        "What the rows of a source come to by a separate path: the raw text summed before anything is cast, or a figure declared from elsewhere.",
    ),
    "reconciling": ("Reconciling items", "Named differences between the control total and the ledger, each computed from its own evidence."),
    "residual": ("Residual", "Control total less everything it was found again in. It must be exactly zero, or the run is not published."),
    "invoice_price": ("Invoice price", "List price less the discounts that stand on the invoice."),
    "pocket_price": ("Pocket price", "Invoice price less what is given away off the invoice: rebates, returns, freight and terms of payment."),
    "pocket_margin": ("Pocket margin", "Pocket price less the cost of goods."),
    "customer_contribution": ("Customer contribution", "Pocket margin less what it cost to win, serve and keep the customer."),
    "added_leaving": (
        "Leaving, with it",
        ("How many more of a hundred leave within the weeks of a warning with an event than without it; with one standard deviation more of a rhythm or a "
        "level. All else that is known is held equal: an association, and no proof that it is the cause."),
    ),
    "added_growing": ("Growing, with it", "Likewise, how many more of those who stay spend more in the next half-year than in the last."),
    "added_loss": ("Added probability of leaving", "By how much what veered raises a customer's chance of leaving within the weeks of the warning."),
    "at_risk": ("At risk", "What is expected of a customer within the horizon, times the added probability of leaving."),
    "precision": ("Right warnings", "Of the customers who were warned of, the share that then left: were silent for longer than own rhythm explains."),
    "unexplained": (
        "Unexplained",
        "What the company's general ledger holds on an account in a period, less what the detail comes to. It is published only within a declared tolerance.",
    ),
    "quarantined": ("Quarantined", "Rows that do not fit what the config says of them. They are kept with their place and reason, and left out of every figure."),
    "counted_once": ("Counted once", "Rows that stand in two extracts of one system. They count once; this is what would have counted twice."),
    "expected": ("Expected", "The mean of all that may happen, by a model that earlier days have tested. A forecast; what came so far is never added to it."),
    "range": ("Range", "From and to: nine times in ten what comes lies between. Ranges of totals hold the error that all customers shared in earlier tests."),
    "growable": ("Most Growable", "Not among the best fifth today, and likelier than not to stand there within two years."),
    "overdue": ("Silent too long", "Silent for longer than the customer's own rhythm explains: a silence it would keep once in a hundred times."),
    "four_kinds": (
        "Four kinds",
        ("Champions have high own value and bring much through others; Affluents have high own value only; Advocates bring much through others only; "
        "Misers neither. The words are those of Kumar, Petersen and Leone (2007); where high begins stands beside the table."),
    ),
    "claim": (
        "Claim",
        "A figure that is printed of other firms. It agrees where the range measured here reaches what is claimed; where no range is known, the figure itself is held against it.",
    ),
    "conflict": (
        "Conflict",
        "Two programmes or incentives that push one customer, or those who serve him, in opposite directions at one time.",
    ),
    "gained": ("Gained", "Customers by the day of their first sale, whatever the sources call a new customer."),
    "first_year": ("First twelve months", "The month of the first sale and the eleven after it; of young customers as many of them as are over for all of their quarter."),
    "equal_age": ("At equal age", "Those of the same quarters a year before, looked at for no more months of life than the younger ones have had."),
    "payback": ("Payback", "The month of life in which what a customer brings on average, before what it cost to win, has come up to that cost."),
    "lost": ("Lost", "Who said that he leaves or whose contract ended, and who is silent so that he likelier has left than not, or for longer than his own rhythm explains."),
    "silent": ("Silent", "Gone without a word: P(alive) below the bar that the config sets, or silent beyond the customer's own rhythm. It is dated by the day on which the next order was due."),
    "foregone": ("Foregone", "What those lost would be expected to bring within the horizon had they stayed: an estimate, by their own forecast or by those like them who stay."),
    "default_reason": ("Default reason", "A reason that says nothing because the form offers it first. It is counted, and set aside."),
    "association": ("Association", "It went along with leaving. Nobody was drawn by lot, so it may be a cause, a consequence, or neither."),
    "through_others": ("Through others", "What those bring whom a customer referred or introduced, as far as they would not have come anyway; that share is assumed."),
    "point_of_retention": ("A point of retention", "One in a hundred more of the customers still there a year on, each by its own chance to stay; what keeping them costs is not in it."),
    "movement_band": (
        "From band to band",
        ("Each customer by the band it stood in over the earlier window and over the later one. New was never there before, reactivated was there "
        "before the earlier window and not in it, lost is not there in the later one. There is who counts as active by the config: by default who was sold anything."),
    ),
    "change_parts": (
        "Parts of the change",
        ("Change in {word} = within bands + movement + new + reactivated - exit, exactly: what customers who kept their band brought more or less, what "
        "those did who changed it, what those brought who were not there before, less what those had brought who left."),
    ),
    "by_chance": (
        "By chance",
        ("What the same counting shows were nobody changed: each customer's like months of both windows are exchanged as a coin falls, two hundred times. "
        "Regression to the mean is in it. From and to hold nine draws in ten; beyond chance is what came beside it."),
    ),
    "gini": ("Gini index", "0 where all customers bring the same, 1 where one brings all; normalised so that losses are allowed for."),
    "stobachoff": (
        "Stobachoff index",
        "How far the whale curve bulges over the straight line of equal customers: 0 where all bring the same, towards 1 where few carry all.",
    ),
    "importance": (
        "Explains",
        ("The share of an outcome's differences that goes with one part of the service: what the part adds, averaged over every order of the parts. "
        "The shares add up to what all parts explain. An association."),
    ),
    "direction_of_driver": ("Goes with it", "Correlation from minus 1 to 1: above 0 who scores the part higher has more of the outcome."),
    "came_again": (
        "Came again",
        ("Of the matters that were new, those about which the customer came again within the days that the config sets. Shares of few contacts are "
        "drawn towards those of all."),
    ),
    "most_frequent_code": ("Most frequent code", "How often the code is recorded that is recorded most of all. An agent far above the others leans on it."),
    "same_code_again": ("Same code again", "When a matter came again: how often both contacts bear the same code. Otherwise one of the two is wrong."),
    "against_alike": (
        "Expected against alike",
        "What each customer whose last contact this was is expected to bring, less the mean of customers of the same band and quarter. An association.",
    ),
    "promise_kept": ("Promises kept", "Of the promises whose day is over, those that were done by that day, the day included."),
    "at_expense": (
        "At the customer's expense",
        "Penalties, late fees and breakage, as the config declares them. It is in {word} to the cent, and bands are drawn without it.",
    ),
    "against_peers": (
        "Against peers",
        "How much more a code's share differs between those who enter it than the shares of other codes do; about 1 where work is only divided.",
    ),
    "telling": (
        "Tells",
        "How far the rows with a code differ from others in all that stands beside it, over how far those of another code do; a default's rows are like any.",
    ),
    "readiness": ("Readiness", "In each area four criteria are stated; the score counts those that hold. Where no data tell, somebody says, with name and day."),
    "supposed": ("Supposed", "What would follow if an effect were as large as is assumed; nobody has measured it here unless its grounds are told."),
    "default_score": (
        "Score of a default",
        "How likely a code is only what the form offers first: 1 is sure. Made worlds with known defaults taught it; from 90% on it is called one.",
    ),
    "needs_group": (
        "Group of needs",
        ("Customers who have the same habits: channels, seasons, discounts, returns, prices and contacts, as shares and rates and never as sizes. A group "
        "is named by what its customers do more, or less, than all others."),
    ),
    "jaccard": (
        "Comes out again",
        ("How alike a group comes out when customers are drawn anew: those in both over those in either, 1 the same (Jaccard). From 0.75 on, on average, "
        "a group stands; from and to hold nine draws in ten."),
    ),
    "needs_rule": (
        "Rule",
        ("Two or three habits by which a group can be found. It finds so many of the group, and of those it finds so many are of it, on customers "
        "it was not learned on. Habits of who is known by little are drawn towards everybody's."),
    ),
    "habit_share": ("Habit", "Of the times something could have been done, the share in which it was; of contacts, how often for each day of buying."),
    "equity": ("Equity", "What today's customers are expected to bring within the horizon, discounted; who is yet to come is not in it. A forecast, with its range."),
    "metric": ("Metric", "A figure watched from month to month: declared under `metrics` in the config, or one that every base can have."),
    "lever": (
        "Lever",
        "By what the {word} of customers changed: who came, who left, and what those who stayed bought or cost more or less. Each dollar stands with one.",
    ),
    "return_on_customer": (
        "Return on Customer",
        "The {word} between two mornings and the change of equity between them, over the equity of the first (Peppers & Rogers).",
    ),
    "entry": ("Entry", "One posting in the ledger: an amount on a line, for a customer, on a day, from one row of one file."),
}  # fmt: skip


def define(key: str, *, word: str = "profit") -> Definition:
    """The definition of a word, told with what the money on the page is called.

    Args:
        key: its name here, as in `given_back`.
        word: what the money is called at its evidence level.

    Raises:
        KeyError: no page uses the word.
    """
    name, meaning = _MEANINGS[key]
    return Definition(name, meaning.format(word=word))


def definition_keys() -> tuple[str, ...]:
    """Every word that has a definition, in the order they are listed."""
    return tuple(_MEANINGS)
