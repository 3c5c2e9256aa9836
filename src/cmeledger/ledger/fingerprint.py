"""What a record reads, as one short text: to tell later whether it reads so again."""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any


def fingerprint(record: Mapping[str, Any]) -> str:
    """Give the same text for records that say the same.

    Order of keys, comments, the spelling of numbers and the id, by which the record was found,
    make no difference.
    """
    said = {name: value for name, value in record.items() if name != "id"}
    return sha256(_canonical(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{name!r}:{_canonical(value[name])}" for name in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return f"number {Decimal(value).normalize()}"
        except ArithmeticError:  # an exponent that no credits have
            return f"number {value}"
    return f"{type(value).__name__} {value!r}"
