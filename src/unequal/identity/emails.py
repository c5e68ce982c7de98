"""E-mail addresses made comparable. Dots and plus tags stay: only the host knows what they mean."""

from __future__ import annotations

import re
from typing import Final

import ibis.expr.types as ir

from unequal.identity.texts import composed
from unequal.terms.texts import trimmed

_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN: Final = rf"({_LABEL}\.)+[a-z]([a-z0-9-]*[a-z0-9])"
ADDRESS: Final = rf"^{_ATOM}(\.{_ATOM})*@{_DOMAIN}$"
_MISSPELT: Final = r"^[!-~]{8,64}$"
_LONG: Final = r"^.{255,}$|^[^@]{65,}@"
_SHORT: Final = 65
"""An address that is no longer cannot be too long."""
_FOREIGN_LOCAL: Final = re.compile(r"^[^\s@\"(),:;<>\[\]\\.]+(\.[^\s@\"(),:;<>\[\]\\.]+)*$")


def email_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A plain address in lower case without blanks around it; null where it is none."""
    address = trimmed(value).lower()
    short = (address.length() <= _SHORT).ifelse(True, ~address.re_search(_LONG))
    return (address.re_search(ADDRESS) & short).ifelse(address, None)


def misspelt_email(attribute: ir.StringValue, given: ir.StringValue, flag: ir.StringValue) -> ir.StringValue:
    """What was given for an e-mail and is none, as it is compared: as long as one, and of its letters; null else."""
    value = trimmed(given).lower()
    return ((attribute == "email") & (flag == "not_valid") & value.re_search(_MISSPELT)).ifelse(value, None)


def email(text: str) -> str | None:
    r"""The same of any text; an international domain is written as DNS knows it.

    >>> email(" Ann.Lee@Example.COM\u200b "), email("ann@lee@x.org")
    ('ann.lee@example.com', None)
    """
    local, at, domain = composed(text).lower().rpartition("@")
    if not at:
        return None
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return None
    if not local.isascii():
        known = _FOREIGN_LOCAL.match(local) and re.match(ADDRESS, f"x@{domain}")
    else:
        known = re.match(ADDRESS, f"{local}@{domain}")
    address = f"{local}@{domain}"
    return address if known and not re.match(_LONG, address) else None
