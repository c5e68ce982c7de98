"""Charts of what is expected: how customers' values are spread, how forecasts went on, totals with their ranges."""

from unequal.charts.forecasts.spread import value_spread
from unequal.charts.forecasts.tracking import tracking
from unequal.charts.forecasts.whiskers import whiskers

__all__ = ["tracking", "value_spread", "whiskers"]
