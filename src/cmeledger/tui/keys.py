"""Every key of the screens, said once: the bindings, the help, the palette and docs/keys.md."""

from typing import Final, NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """One thing a key does."""

    id: str
    keys: str
    """As Textual names them, separated by commas."""
    shown: str
    """As people name them."""
    action: str
    label: str
    """For the footer and the palette."""
    what: str
    """For help, palette and documentation."""
    footer: bool = False
    palette: bool = True

    @property
    def binding(self) -> Binding:
        """The key as Textual wants it."""
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=self.footer,
            key_display=self.shown.split(",")[0],
            tooltip=self.what,
            id=self.id,
        )


VIEWS: Final = (
    ("progress", "Progress"),
    ("records", "Records"),
    ("cycles", "Cycles"),
    ("problems", "Problems"),
    ("rules", "Rules"),
    ("keep", "Keep"),
)

_VIEW_WORDS: Final = {
    "progress": "what is met, what is missing, by when, and why",
    "records": "every record, with what it counts",
    "cycles": "previous, present and next cycle",
    "problems": "what is wrong in the file, or may trip you up in an audit",
    "rules": "what is in force, with sources and readings, and what changes next",
    "keep": "until when each record and its files are kept, and what may go",
}

EVERYWHERE: Final = (
    *(
        Key(
            f"app.{name}", str(number), str(number), f"view('{name}')", title, _VIEW_WORDS[name]
        )
        for number, (name, title) in enumerate(VIEWS, 1)
    ),
    Key("app.filter", "slash", "/", "filter", "Filter", "filter the records", footer=True),
    Key("app.earlier", "left_square_bracket", "[", "cycle(-1)", "Earlier", "show the cycle before"),
    Key("app.later", "right_square_bracket", "]", "cycle(1)", "Later", "show the cycle after"),
    Key("app.license", "l", "l", "license", "License", "show the next of several licenses"),
    Key("app.add", "a", "a", "add", "Add", "write a record down", footer=True),
    Key("app.edit", "e", "e", "edit", "Edit", "change this record", footer=True),
    Key("app.repeat", "R", "R", "repeat", "Repeat", "a record like this one, on another day"),
    Key("app.claim", "c", "c", "claim", "Claim",
        "the credit of this record, or of the marked ones, is claimed"),
    Key("app.remove", "x,delete", "x", "remove", "Remove",
        "take this record out, or the marked ones; asks first"),
    Key("app.mark", "m", "m", "mark", "Mark", "mark this record, to act on several"),
    Key("app.unmark", "M", "M", "unmark", "Unmark", "take all marks off"),
    Key("app.undo", "u", "u", "undo", "Undo", "take back the last save, to the byte"),
    Key("app.redo", "U,ctrl+r", "U", "redo", "Redo", "save again what was undone"),
    Key("app.unfinished", "d", "d", "unfinished", "Unfinished", "go on with an unfinished form"),
    Key("app.lost", "V", "V", "lost", "Lost records",
        "records that are not in the file as you saved them, and copies beside it"),
    Key("app.editor", "E", "E", "editor", "Editor", "open your editor at this record's line"),
    Key("app.attach", "A", "A", "attach", "Attach", "attach a certificate to this record"),
    Key("app.certificate", "o", "o", "certificate", "Certificate",
        "open this record's certificate in the system's viewer"),
    Key("app.copy-id", "y", "y", "copy_id", "Copy id", "copy this record's id"),
    Key("app.copy-line", "Y", "Y", "copy_line", "Copy line",
        "copy this record as a line: date, title, provider, credits"),
    Key("app.archive", "X", "X", "archive", "Archive",
        "what may go into the archive beside the ledger; asks first"),
    Key("app.bring-back", "B", "B", "bring_back", "Bring back",
        "bring this record of the archive back into the ledger"),
    Key("app.renew", "N", "N", "renew", "Renewal",
        "what you attest at the renewal, to be recorded; and what differs since; asks first"),
    Key("app.gaps", "w", "w", "gaps", "What to do", "the fewest credits that close what is short"),
    Key("app.plan", "p", "p", "plan", "Plan", "where you would stand with what is planned"),
    Key("app.packet", "P", "P", "packet", "Packet", "make a PDF that answers the Board"),
    Key("app.calendar", "C", "C", "calendar", "Calendar", "write the dates ahead for a calendar"),
    Key("app.git", "v", "v", "git", "Versions",
        "what differs from the last commit, and the commits before; commit it"),
    Key("app.sort", "s", "s", "sort", "Sort", "sort the records by the next column"),
    Key("app.reverse", "S", "S", "reverse", "Reverse", "turn the order of the records around"),
    Key("app.new", "n", "n", "new_ledger", "New ledger", "make a first ledger"),
    Key("app.reload", "r", "r", "reload", "Reload", "read the file again now"),
    Key("app.theme", "T", "T", "change_theme", "Theme", "choose other colors; remembered"),
    Key("app.back", "escape", "esc", "back", "Back", "back to where you came from", palette=False),
    Key("app.help", "question_mark,f1", "?", "help", "Help", "show the keys", footer=True),
    Key("app.quit", "q,ctrl+q", "q", "quit", "Quit", "leave; nothing is lost", footer=True),
)  # fmt: skip

IN_LISTS: Final = (
    Key("lines.up", "up,k", "↑, k", "move(-1)", "Up", "one line up", palette=False),
    Key("lines.down", "down,j", "↓, j", "move(1)", "Down", "one line down", palette=False),
    Key("lines.page-up", "pageup,b", "PgUp, b", "page(-1)", "Page up", "a page up", palette=False),
    Key("lines.page-down", "pagedown,space", "PgDn, space", "page(1)", "Page down", "one page down",
        palette=False),
    Key("lines.first", "home,g", "Home, g", "jump(0)", "First", "to the first line", palette=False),
    Key("lines.last", "end,G", "End, G", "jump(-1)", "Last", "to the last line", palette=False),
    Key("lines.open", "enter", "enter", "select", "Open", "look closer, or go to the record",
        footer=True, palette=False),
    Key("lines.next", "tab", "tab", "focus_next", "Next pane", "to the next pane; shift+tab back",
        palette=False),
)  # fmt: skip

PALETTE_KEY: Final = "ctrl+p"
