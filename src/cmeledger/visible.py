"""Text that users write, made safe to show: nothing in it can act on a terminal or hide.

Control characters, escape sequences, overrides of writing direction, zero-width and tag
characters become visible escapes. The joiners that languages and emoji need (U+200C, U+200D)
and variation selectors stay.
"""

import re
from typing import Final

_JOINER: Final = "(?<![\u0590-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0590-\U0010ffff])"
"""A joiner that stands beside a Latin letter, a digit, or nothing: no language needs it there."""

UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]|" + _JOINER
)
"""Characters that act or hide. Tab and line feed are among them."""

UNSAFE_IN_TEXT: Final = re.compile(UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
"""The same but for tab and line feed, which a note of several lines may hold."""

_ESCAPES: Final = re.compile(r"\\[bfnreuUx]")
_SAFE_BYTES: Final = bytes([*range(0x20, 0x7F), 0x09, 0x0A, 0x0D])


def may_be_unsafe(toml: str) -> bool:
    """Tell quickly whether a TOML document could hold unsafe characters, raw or as escapes.

    Most documents hold none: six million characters are ruled out in some milliseconds.
    """
    rest = toml.encode().translate(None, _SAFE_BYTES).decode()
    return UNSAFE.search(rest) is not None or ("\\" in toml and _ESCAPES.search(toml) is not None)


SHORT: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\x1b": "\\e", "\b": "\\b"}


def visible(text: str) -> str:
    """Return `text` on one line, with every unsafe character as a visible escape."""
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(_escape, text)


def visible_lines(text: str) -> list[str]:
    """Return the lines of a longer text, each made safe; tabs become four spaces."""
    return [visible(line.replace("\t", "    ")) for line in text.split("\n")]


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char in SHORT:
        return SHORT[char]
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
