"""What can still be read of a file that is no TOML any more: to look at, never to save.

A ledger breaks while it is being typed: one string without its closing quote, one date half
written. The tables that read on their own are shown meanwhile, with totals marked incomplete.
"""

import re
from typing import Final

import tomli

HEADER: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
MAX_TRIES: Final = 50
"""How many tables are taken out one by one when all read alone and not together."""
_LINE: Final = re.compile(r"at line (\d+)")


def salvage(data: bytes) -> bytes | None:
    """Blank out the tables that do not read, so that the others do.

    Takes the bytes of a broken file; returns bytes with every line at its old number, or None
    where nothing can be made of them.
    """
    text = data.decode("utf-8-sig", "replace")
    starts = sorted({0, *(match.start() for match in HEADER.finditer(text))})
    blocks = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    blocks = [block if _reads(block) else _blank(block) for block in blocks]
    for _ in range(MAX_TRIES):
        whole = "".join(blocks)
        try:
            tomli.loads(whole)
        except tomli.TOMLDecodeError as error:
            match = _LINE.search(str(error))
            line = int(match[1]) if match else whole.count("\n") + 1
            number = _block_of(blocks, line)
            if not blocks[number].strip():
                return None
            blocks[number] = _blank(blocks[number])
        except (ValueError, ArithmeticError, RecursionError):
            return None
        else:
            return whole.encode("utf-8", "replace")
    return None


def _reads(block: str) -> bool:
    try:
        tomli.loads(block)
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return True


def _blank(block: str) -> str:
    return "\n" * block.count("\n")


def _block_of(blocks: list[str], line: int) -> int:
    seen = 1
    for number, block in enumerate(blocks):
        seen += block.count("\n")
        if line < seen:
            return number
    return len(blocks) - 1
