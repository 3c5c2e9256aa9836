"""Read one table by the schema: its values, defaults filled in, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Final

from cmeledger.ledger import schema
from cmeledger.ledger.context import BAD, Context
from cmeledger.ledger.values import READERS
from cmeledger.model import Path

_KEYS: Final = {
    table: {key.name: (key, READERS[key.type]) for key in keys}
    for table, keys in schema.TABLES.items()
}
_REQUIRED: Final = {
    table: tuple(key for key in keys if key.required) for table, keys in schema.TABLES.items()
}
_DEFAULTS: Final = {
    table: {key.name: key.default for key in keys if key.default is not None}
    for table, keys in schema.TABLES.items()
}
_EXAMPLES: Final = {
    "name": '"…"',
    "own-id": '"…"',
    "month-day": '"05-10"',
    "jurisdiction": '"MA"',
    "date": "2026-05-10",
    "credits": "10",
}
_ARTICLE: Final = {"activity": "an activity"}


def read_table(
    context: Context, table: Mapping[str, Any], name: str, path: Path = ()
) -> dict[str, Any]:
    """Read the keys of one table.

    Takes the TOML table, its name in the schema, and its path (absent: a table of the top
    level). Returns the good values by key, with defaults; tells the context of every unknown
    key, missing key and bad value. A key that is written badly has no value and no default.
    """
    keys = _KEYS[name]
    path = path or (name,)
    values = dict(_DEFAULTS[name])
    for key_name, value in table.items():
        entry = keys.get(key_name)
        if entry is None:
            _unknown_key(context, key_name, value, name, path)
            continue
        key, reader = entry
        read = reader(context, value, (*path, key_name), key)
        if read is not BAD:
            values[key_name] = read
        elif name != "practice":
            values.pop(key_name, None)
    for key in _REQUIRED[name]:
        if key.name not in table:
            context.error(
                "missing-key",
                f"{_ARTICLE.get(name, f'the {name}')} needs '{key.name}'",
                f"add {key.name} = {_EXAMPLES.get(key.type, '…')}   # {key.doc}",
                path,
                "table",
            )
    return values


def _unknown_key(context: Context, key: str, value: Any, name: str, path: Path) -> None:
    context.refuse_depth(value, (*path, key))
    if not key.startswith("x-"):
        context.error(
            "unknown-key",
            f"unknown key '{key}' in {_ARTICLE.get(name, f'the {name}')}",
            context.nearest(key, _KEYS[name], "its keys are"),
            (*path, key),
            "key",
        )
