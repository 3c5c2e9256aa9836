"""Text that users write, made safe to show: nothing in it can act on a terminal or hide.

Control characters, escape sequences, overrides of writing direction, zero-width and tag
characters become visible escapes. The joiners that languages and emoji need (U+200C, U+200D)
and variation selectors stay.

Python calls none of these characters printable, so nearly all text is passed through without a
look at the patterns; they are compiled only when some text needs them.
"""

import re
from functools import cache
from typing import Final

_ACTING: Final = (
    "\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
# A joiner that stands beside a Latin letter, a digit, or nothing: no language needs it there.
_JOINER: Final = "(?<![\u0590-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0590-\U0010ffff])"
_ESCAPED: Final = re.compile(r"\\[bfnreuUx]")
_PRINTABLE_BYTES: Final = bytes([*range(0x20, 0x7F), 0x09, 0x0A, 0x0D])
_SHORT: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\x1b": "\\e", "\b": "\\b"}


def visible(text: str) -> str:
    """Return `text` on one line, with every unsafe character as a visible escape."""
    return text if text.isprintable() else _unsafe("\x00-\x1f").sub(_escape, text)


def first_unsafe(text: str) -> str | None:
    """Find the first unsafe character that is neither tab nor line feed."""
    if text.isprintable():
        return None
    match = _unsafe("\x00-\x08\x0b-\x1f").search(text)
    return match.group() if match else None


def may_be_unsafe(toml: str) -> bool:
    """Tell quickly whether a TOML document could hold unsafe characters, raw or as escapes.

    Most documents hold none: six million characters are ruled out in some milliseconds.
    """
    rest = toml.encode().translate(None, _PRINTABLE_BYTES).decode()
    return not rest.isprintable() or ("\\" in toml and _ESCAPED.search(toml) is not None)


@cache
def _unsafe(controls: str) -> re.Pattern[str]:
    return re.compile(f"[{controls}{_ACTING}]|{_JOINER}")


def escape(char: str) -> str:
    """Write one character as a visible escape."""
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape(match: re.Match[str]) -> str:
    return escape(match.group())
