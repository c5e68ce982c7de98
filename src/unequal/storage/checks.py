"""Whether a table is what its contract says, before it is published."""

from __future__ import annotations

import ibis

from unequal.storage.engine import Engine
from unequal.terms.errors import StorageError
from unequal.terms.tables import TableContract


def check_contract(engine: Engine, table: ibis.Table, contract: TableContract) -> None:
    """Hold a table against its contract: names, types, nulls and key, in one pass.

    Raises:
        StorageError: STO008, a column is missing, of another type, null where it may not be,
            or the key names two rows.
    """
    _check_types(table, contract)
    required = [column.name for column in contract.columns if not column.nullable]
    counts = {f"known {name}": table[name].count() for name in required}
    found = engine.fetch(table.aggregate(rows=table.count(), **counts))[0]
    for name in required:
        if found[f"known {name}"] < found["rows"]:
            raise _broken(contract, f"{found['rows'] - found[f'known {name}']:,} of {found['rows']:,} rows have no {name}")
    if contract.key:
        distinct = engine.count(table.select(*contract.key).distinct())
        if distinct != found["rows"]:
            raise _broken(contract, f"{found['rows'] - distinct:,} rows share the key ({', '.join(contract.key)}) of another")


def matching(table: ibis.Table, contract: TableContract) -> ibis.Table:
    """The contract's columns of a table, in its order and types."""
    return table.select(**{name: table[name].cast(kind) for name, kind in contract.types.items()})


def _check_types(table: ibis.Table, contract: TableContract) -> None:
    schema = table.schema()
    missing = [name for name in contract.names if name not in schema]
    if missing:
        raise _broken(contract, f"no column {', '.join(missing)}")
    for name, kind in contract.types.items():
        wanted = ibis.dtype(kind)
        # A timestamp's precision differs by engine and carries no meaning here.
        same = schema[name].is_timestamp() if wanted.is_timestamp() else schema[name].copy(nullable=True) == wanted.copy(nullable=True)
        if not same:
            raise _broken(contract, f"{name} is {schema[name]}, not {wanted}")


def _broken(contract: TableContract, seen: str) -> StorageError:
    return StorageError("STO008", f"the table {contract.name} breaks its contract", seen=seen,
                        do="this is a fault of Unequal's, not of your data: nothing was published; please report it")  # fmt: skip
