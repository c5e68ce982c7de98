"""The face of a room: a name is imported when it is first asked for, so that who uses one thing does not load a whole room."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType


def open_by_name(room: str, names: Sequence[str], **homes: Sequence[str]) -> None:
    """Have each name of a room's face imported at first use, and kept there; the last line of its `__init__`.

    Args:
        room: the package, as `unequal.ledger`.
        names: those of its `__all__`; those that are in no home are modules of the room.
        homes: by module of the room, the names that it has. Where such a name is also that of a module of the room, the face shows
            what is so named and not the module, whichever of the two is imported first.

    Source: the Python language reference, "Customizing module attribute access"; docs/decisions/0020-a-face-opens-name-by-name.md
    """
    home_of = {name: home for home, its in homes.items() for name in its}
    known = frozenset(names)

    class Face(ModuleType):
        def __getattr__(self, name: str) -> object:
            # `from room import module` looks here first, and for a module of that name where it hears that there is none.
            if name not in known:
                raise AttributeError(f"module {room!r} has no attribute {name!r}")
            module = import_module(f"{room}.{home_of.get(name, name)}")
            found = getattr(module, name) if name in home_of else module
            setattr(self, name, found)
            return found

        def __setattr__(self, name: str, value: object) -> None:
            # Python binds a module in its package once it is loaded: not in the place of what the face shows by that name.
            if not (name in home_of and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

        def __dir__(self) -> list[str]:
            return sorted({*super().__dir__(), *known})

    sys.modules[room].__class__ = Face
