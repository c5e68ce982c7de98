"""What is planted in Meridian: every parameter of the processes, as written to truth/parameters.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ATTRIBUTES: Final = ("delivery", "quality", "ease", "courtesy", "price")
"""Service attributes as customers experience them; each is standard normal over customers."""


@dataclass(frozen=True)
class Purchasing:
    """Pareto/NBD by week in seasonal time, gamma-gamma spend, and a margin rate apart.

    An order rate is gamma(r, alpha), a dropout rate gamma(s, beta) times exp(attributes x effects).
    """

    r: float
    alpha: float
    s: float
    beta: float
    spend_p: float
    spend_q: float
    spend_v: float
    margin_sd: float


PERSONS: Final = Purchasing(r=0.85, alpha=9.0, s=0.9, beta=52.0, spend_p=4.0, spend_q=3.8, spend_v=58.0, margin_sd=0.05)
FIRMS: Final = Purchasing(r=1.3, alpha=5.5, s=1.1, beta=160.0, spend_p=4.5, spend_q=2.9, spend_v=115.0, margin_sd=0.04)

DROPOUT_EFFECTS: Final = {"delivery": -0.30, "quality": -0.22, "ease": -0.16, "courtesy": -0.12, "price": -0.08}
"""On the log of the dropout rate, for one standard deviation."""
SATISFACTION_EFFECTS: Final = {"delivery": 0.34, "quality": 0.50, "ease": 0.22, "courtesy": 0.42, "price": 0.30}
"""On satisfaction, points for one standard deviation: what pleases most is not what keeps most."""
RENEWAL_EFFECTS: Final = {"delivery": -0.05, "quality": -0.28, "ease": -0.24, "courtesy": -0.20, "price": -0.26}
"""On the log of a service's hazard of ending."""


@dataclass(frozen=True)
class Renewing:
    """Beta-discrete-Weibull with covariates: S(t) = (1 - theta)^(t^c exp(effects)), theta beta(a, b), t in months."""

    a: float
    b: float
    c: float


SERVICES: Final = {
    "CARE": Renewing(a=0.70, b=20.0, c=1.25),
    "FRESH": Renewing(a=0.80, b=8.5, c=0.95),
    "HOME": Renewing(a=0.75, b=34.0, c=1.10),
    "CONNECT": Renewing(a=1.10, b=45.0, c=1.30),
}
SERVICE_PRICES: Final = {"CARE": 1490, "FRESH": 3990, "HOME": 2750, "CONNECT": 14900}
"""List price a month in cents."""
SERVICE_COST_SHARES: Final = {"CARE": 0.55, "FRESH": 0.86, "HOME": 0.69, "CONNECT": 0.66}
END_REASONS: Final = ("PRICE", "MOVED", "SERVICE", "COMPETITOR", "NO_NEED")
END_REASON_DEFAULT: Final = "OTHER"
"""First in the list of the cancellation form; on most cancellations it is no reason at all."""
END_REASON_DEFAULT_SHARE: Final = 0.46

CAME_BY: Final = ("organic", "referral", "social", "voucher_portal", "search_ads", "store")
CAME_BY_SHARES: Final = (0.43, 0.16, 0.04, 0.15, 0.14, 0.08)
CAME_BY_COSTS: Final = (0, 0, 0, 1800, 2650, 400)
"""Paid for each new customer, in cents."""
CAME_BY_SPEND: Final = (1.0, 1.12, 1.05, 0.62, 1.0, 0.9)
CAME_BY_RATE: Final = (1.0, 1.05, 1.0, 0.70, 0.95, 1.0)
CAME_BY_DROPOUT: Final = (1.0, 0.74, 1.1, 1.7, 1.1, 0.95)
REFERRED_ANYWAY_SHARE: Final = 0.42
"""Of referred customers, those who would have joined without being referred (type two)."""
REFERRAL_RECORDED_SHARE: Final = 0.78

KINDS: Final = ("ordinary", "returner", "bargain", "hog", "remote", "fan")
KIND_SHARES: Final = (0.665, 0.075, 0.115, 0.045, 0.06, 0.04)
KIND_RATES: Final = (1.0, 1.5, 1.6, 1.1, 1.0, 1.3)
"""Factors on the order rate: who buys cheap or sends back orders more often."""


@dataclass(frozen=True)
class Kind:
    """How a kind of customer behaves."""

    return_rate: float
    discount_share: float
    """Of lines, those with a discount."""
    discount_low: float
    discount_high: float
    contacts_a_year: float
    freight_factor: float


KIND_OF: Final = {
    "ordinary": Kind(0.045, 0.24, 0.05, 0.20, 0.30, 1.0),
    "returner": Kind(0.56, 0.40, 0.10, 0.30, 0.90, 1.15),
    "bargain": Kind(0.08, 0.96, 0.40, 0.66, 0.45, 1.0),
    "hog": Kind(0.09, 0.24, 0.05, 0.20, 5.50, 1.0),
    "remote": Kind(0.05, 0.20, 0.05, 0.20, 0.45, 4.6),
    "fan": Kind(0.03, 0.10, 0.05, 0.10, 0.20, 1.0),
}


@dataclass(frozen=True)
class Failing:
    """The company's own failures with deliveries, and what they do."""

    rate: float = 0.055
    delivery_effect: float = -0.35
    """On the log of the rate, for one standard deviation of the delivery attribute."""
    bad_from: int = 1004
    bad_until: int = 1096
    bad_factor: float = 2.6
    """From October to December 2024 a carrier failed."""
    calls: float = 0.62
    """Of failures, those that cause a contact."""
    leaves: float = 0.055
    """Of failures, those after which the customer never orders again."""


FAILING: Final = Failing()

SILENT_DAYS_BEFORE_END: Final = 75
"""Before most customers leave, their visits and the breadth of what they buy fall for so many days."""
EROSION_SHARE: Final = 0.72
EROSION_FACTOR: Final = 0.22

ACTIVITIES: Final = {
    # activity: (minutes for one, cause), the truth of the time equations; calls take their own duration
    "take_order": 1.8, "pick_line": 2.6, "deliver": 3.2, "handle_return": 14.0, "phone_call": 0.0, "chat": 0.0, "email": 0.0,
    "bill": 0.9, "chase_payment": 22.0, "open_account": 9.0, "host_visit": 0.02,
}  # fmt: skip
ACTIVITY_RATES: Final = {
    "take_order": 62, "pick_line": 41, "deliver": 74, "handle_return": 55, "phone_call": 78, "chat": 66, "email": 58,
    "bill": 49, "chase_payment": 83, "open_account": 71, "host_visit": 12,
}  # fmt: skip
"""Cost of capacity, in cents a minute."""
CAPACITY_USED: Final = {
    "take_order": 0.84, "pick_line": 0.88, "deliver": 0.91, "handle_return": 0.79, "phone_call": 0.86, "chat": 0.72, "email": 0.75,
    "bill": 0.66, "chase_payment": 0.81, "open_account": 0.7, "host_visit": 0.55,
}  # fmt: skip
"""Of practical capacity, the share used in a mean month."""


@dataclass(frozen=True)
class World:
    """One world: its size and seed. A cell has `cell` persons, whatever the machine."""

    persons: int
    seed: int
    cell: int = 10_000
    firms_share: float = 0.03
    """Organisations for each person."""

    @property
    def cells(self) -> int:
        """How many cells the world has."""
        return -(-self.persons // self.cell)

    def persons_of(self, cell: int) -> int:
        """How many persons a cell has."""
        return min(self.cell, self.persons - cell * self.cell)

    def firms_of(self, cell: int) -> int:
        """How many organisations a cell has."""
        return max(6, round(self.persons_of(cell) * self.firms_share))

    @property
    def firms_a_full_cell(self) -> int:
        """How far organisation numbers of neighbouring cells are apart."""
        return max(6, round(self.cell * self.firms_share))
