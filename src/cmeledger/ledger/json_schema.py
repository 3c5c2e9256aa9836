"""The format as a JSON Schema of draft 4, for editors: made from `ledger.schema`.

Draft 4 is what taplo and Even Better TOML read. They hand dates over as strings. Everything is
written where it is used, without references: nothing has to be looked up, let alone online.

An editor with this schema finds nearly all that the reader calls an error. It cannot see what
needs several records (an id given twice), an order of dates, or a date in quotes.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from cmeledger.ledger import schema
from cmeledger.ledger.values import FIRST_YEAR, LAST_YEAR, MOST
from cmeledger.model import Vocabulary

Schema = dict[str, Any]

FILE_NAME: Final = "cmeledger.schema.json"
"""What the file beside a ledger is called."""
MARK: Final = "Written by cmeledger. It is replaced by a newer one: changes made here do not last."
"""How a schema of ours is known: it stands under `$comment`."""

_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_NOT_BLANK: Final = r"[^ \t\r\n]"
_MONTH_DAY: Final = (
    "^((01|03|05|07|08|10|12)-(0[1-9]|[12][0-9]|3[01])"
    "|(04|06|09|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$"
)
_YEARS: Final = f"^({FIRST_YEAR // 100}|2[01])[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}$"
assert (FIRST_YEAR, LAST_YEAR) == (1900, 2199)  # what the pattern says in its own way
_OUTSIDE: Final = (
    r"^[/~]|\\|\u0000|(^|/)\.\.(/|$)|^[./]*$"
    r"|^[A-Za-z]:|^[A-Za-z][A-Za-z0-9+.-]+:([^\s]|$)"
    r"|^(https?|file|data|javascript|vbscript|mailto):"
)
"""Paths that lead out of the folder or name no file, as `values.outside` has them."""

_MINE: Final[Schema] = {"^x-": {"description": "A key of your own: never touched."}}


def json_schema(vocabulary: Vocabulary) -> Schema:
    """Make the schema of a whole ledger, for the words that a ledger may use."""
    types = _types(vocabulary)
    tables = {name: _table(name, keys, types) for name, keys in schema.TABLES.items()}
    for name in schema.ARRAYS:
        tables[name] = {"type": "array", "items": tables[name]}
    tables["license"]["minItems"] = 1
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "$comment": MARK,
        "title": f"CME ledger, format {schema.FORMAT}",
        "type": "object",
        "properties": {
            "format": {
                "description": "The version of the format.",
                "type": "integer",
                "enum": [schema.FORMAT],
            },
            **tables,
        },
        "required": ["format", "physician", "license"],
        "additionalProperties": False,
        "patternProperties": _MINE,
    }


def text(vocabulary: Vocabulary) -> str:
    """Write the schema as the file beside a ledger has it."""
    import json

    return json.dumps(json_schema(vocabulary), indent=2) + "\n"


def is_ours(data: bytes) -> bool:
    """Tell whether a file is a schema that this program wrote, of whatever version."""
    import json

    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    mark = found.get("$comment") if isinstance(found, dict) else None
    return isinstance(mark, str) and mark.startswith(MARK[: MARK.index(".") + 1])


def _table(name: str, keys: Iterable[schema.Key], types: dict[str, Schema]) -> Schema:
    made: Schema = {
        "type": "object",
        "properties": {key.name: _value(key, types) for key in keys},
        "additionalProperties": False,
        "patternProperties": _MINE,
    }
    required = [key.name for key in keys if key.required]
    if required:  # draft 4 allows no empty list
        made["required"] = required
    if name == "license":
        made["anyOf"] = [{"required": ["issued"]}, {"required": ["renewal-date"]}]
    elif name == "requirement":
        made["dependencies"] = {"from": ["to"], "to": ["from"]}
    elif name == "activity":
        made["allOf"] = list(_of_kinds())
    return made


def _of_kinds() -> Iterable[Schema]:
    """Say what some kinds ask of their record: each "not of these kinds, or this holds"."""
    none = {"not": {"anyOf": [{"required": ["start"]}, {"required": ["end"]}]}}
    dated = {"required": ["date"], **none}
    no_date = {"not": {"required": ["date"]}}
    spans = {"required": ["start", "end"], **no_date}
    going_on = {"required": ["start"], **no_date}
    yield _for(lambda kind: kind.enrollment, {**going_on, "properties": {"credits": {"not": {}}}})
    yield _for(lambda kind: kind.open_ended and not kind.enrollment, {"anyOf": [dated, going_on]})
    yield _for(lambda kind: not kind.open_ended, {"anyOf": [dated, spans]})
    yield _for(lambda kind: kind.needs_credits, {"required": ["credits"]})
    either = [{"required": ["hours"]}, {"required": ["credits"]}]
    yield _for(lambda kind: kind.by_hours, {"anyOf": either})
    yield _for(lambda kind: kind.needs_category, {"required": ["category"]})
    yield _for(lambda kind: kind.category == 1, {"properties": {"category": {"enum": [1]}}})
    yield _for(lambda kind: kind.category == 2, {"properties": {"category": {"enum": [2]}}})


def _for(chosen: Callable[[schema.Kind], bool], consequence: Schema) -> Schema:
    names = [kind.name for kind in schema.KINDS.values() if chosen(kind)]
    is_one: Schema = {"properties": {"kind": {"enum": names}}}
    default = next(key.default for key in schema.ACTIVITY if key.name == "kind")
    if default not in names:  # a record without the key is of the default kind
        is_one["required"] = ["kind"]
    return {"anyOf": [{"not": is_one}, consequence]}


def _string(pattern: str | None = None) -> Schema:
    return {"type": "string"} | ({"pattern": pattern} if pattern else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _open(words: Iterable[str]) -> Schema:
    """Offer the known words, and take any other: whether it is known may depend on the ledger."""
    return {"anyOf": [{"enum": list(words)}, {"type": "string"}]}


def _amounts(words: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict.fromkeys(words, _CREDITS),
        "additionalProperties": _CREDITS,
        "patternProperties": _MINE,
    }


_CREDITS: Final[Schema] = {"type": "number", "minimum": 0, "maximum": MOST}
_FILE: Final[Schema] = {"type": "string", "not": {"pattern": _OUTSIDE}}
_DIGESTED: Final[Schema] = {
    "type": "object",
    "properties": {"file": _FILE, "sha256": _string("^[0-9a-fA-F]{64}$")},
    "required": ["file"],
    "additionalProperties": False,
    "patternProperties": _MINE,
}


def _types(words: Vocabulary) -> dict[str, Schema]:
    """Say what each type of the schema's keys looks like, but for those with choices."""
    own_name = _string(_ID) | {"not": {"enum": list(words.requirements)}}
    topic_list = _list(_open(words.topics))
    return {
        "text": _string(),
        "name": _string(_NOT_BLANK),
        "flag": {"type": "boolean"},
        "date": {"type": "string", "format": "date", "pattern": _YEARS},
        "month-day": _string(_MONTH_DAY),
        "credits": _CREDITS,
        "hours": _CREDITS | {"exclusiveMinimum": True},
        "category": {"type": "integer", "enum": [1, 2]},
        "jurisdiction": {"enum": list(words.jurisdictions)},
        "record-id": own_name,
        "own-id": own_name,
        "requirement-ids": _list(_open(words.requirements)),
        "topics": {"anyOf": [topic_list, _amounts(words.topics)]},
        "topic-list": topic_list,
        "evidence": _list({"anyOf": [_FILE, _DIGESTED]}),
        "totals": _amounts(words.requirements),
    }


def _value(key: schema.Key, types: dict[str, Schema]) -> Schema:
    words: Schema = {"enum": list(key.choices)}
    choices = {"choice": words, "choices": _list(words)}
    made: Schema = {"description": key.doc} | (choices.get(key.type) or types[key.type])
    return made if key.default is None else made | {"default": key.default}
