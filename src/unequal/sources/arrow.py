"""Arrow's arrays and functions, under types that a checker can follow: Arrow publishes none of its own."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow.compute

Values: TypeAlias = Any
"""A column of values: `pa.Array` of any type."""

pc: Any = pyarrow.compute
"""Functions on columns: what comes out depends on what goes in, in ways that no stub tells rightly."""
