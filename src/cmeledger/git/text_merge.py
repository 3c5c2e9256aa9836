"""Git's own merge of texts, line by line, for what cannot be merged record by record."""

import os
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cmeledger.git.call import GitError, caller

_MOST_CONFLICTS = 127
"""What git says for so many or more; above are errors."""


class TextMerge(NamedTuple):
    """A text merged by git."""

    data: bytes
    is_clean: bool
    """There is no conflict in it."""


def merge_texts(
    versions: tuple[bytes, bytes, bytes],
    labels: tuple[str, str],
    size: int,
    env: Mapping[str, str],
) -> TextMerge | None:
    """Merge base, ours and theirs as git does; None where git cannot.

    `labels` are ours' and theirs', `size` is the length of the conflict markers.
    """
    names = ("ours", "base", "theirs")
    base, ours, theirs = versions
    with TemporaryDirectory(prefix="cmeledger-") as folder:
        git = caller(folder, env)
        if git is None:
            return None
        for name, data in zip(names, (ours, base, theirs), strict=True):
            with open(os.path.join(folder, name), "wb") as opened:
                opened.write(data)
        try:
            done = git.run(
                "-c", "merge.conflictStyle=merge",
                "merge-file", "--stdout", "--quiet", f"--marker-size={size}",
                "-L", labels[0], "-L", "base", "-L", labels[1], "--", *names,
            )  # fmt: skip
        except GitError:
            return None
    if not 0 <= done.returncode <= _MOST_CONFLICTS:
        return None
    return TextMerge(done.stdout, done.returncode == 0)
