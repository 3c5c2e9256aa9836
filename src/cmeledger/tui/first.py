"""Where there is no ledger: the offer to make one, and the few questions it takes."""

import asyncio
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from cmeledger import starter
from cmeledger.problems import NotWritten
from cmeledger.report.terminal import Style, wrap
from cmeledger.tui.fields import BETWEEN_FIELDS, enter
from cmeledger.tui.lines import plain, plain_lines

FIELDS: Final = tuple(starter.QUESTIONS.values())
DATES: Final = ("birthday", "renewal_date", "issued")


class FirstLedger(ModalScreen[str | None]):
    """Offers to make a ledger; returns its name, or None where the user would rather not."""

    AUTO_FOCUS = "#make"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Not now", id="first.leave"),
        Binding("ctrl+s", "save", "Save", id="first.save"),
        *BETWEEN_FIELDS,
    ]

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file
        self.complaint: tuple[str, str] | None = None
        """The field that keeps the form from being saved, and why."""
        self.doubted: str | None = None
        """The text that was asked about already: saving it again keeps it."""

    def compose(self) -> ComposeResult:
        """Lay out the offer, and the form that follows it."""
        with Vertical(id="first"):
            yield Static(plain(f"There is no ledger at {self.file}."), id="first-title")
            with Vertical(id="offer"):
                yield Static(
                    plain(
                        "A ledger is one text file, yours to edit and to keep. A few questions "
                        "make the first one; nothing is written before the last."
                    )
                )
                with Horizontal(classes="buttons"):
                    yield Button("Make one", id="make", variant="primary", compact=True)
                    yield Button("Not now", id="leave", compact=True)
            with VerticalScroll(id="form"):
                for question in FIELDS:
                    hint = "; ".join(filter(None, (question.how, question.skip)))
                    with Horizontal(classes="field"):
                        yield Static(plain(question.ask), classes="ask")
                        yield Input(
                            question.default,
                            id=f"first-{question.field.replace('_', '-')}",
                            placeholder=hint,
                            compact=True,
                        )
                with Horizontal(classes="buttons"):
                    yield Button("Save (ctrl+s)", id="save", variant="primary", compact=True)
                    yield Button("Not now (esc)", id="forget", compact=True)
                yield Static(id="first-message")

    def on_mount(self) -> None:
        """Show the offer first."""
        self.query_one("#form").display = False

    @on(Button.Pressed, "#make")
    def begin(self) -> None:
        """Show the form."""
        self.query_one("#offer").display = False
        self.query_one("#form").display = True
        self.query_one("#first-name", Input).focus()

    @on(Button.Pressed, "#leave")
    @on(Button.Pressed, "#forget")
    def leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    @on(Input.Changed)
    def understand(self, event: Input.Changed) -> None:
        """Say what was understood, or what is the matter, while it is typed."""
        field = (event.input.id or "").removeprefix("first-").replace("-", "_")
        question = starter.QUESTIONS[field]
        self.complaint = None
        if question.why and not event.value:
            self._say(question.why)
            return
        value, message = starter.validated(field, event.value) if event.value else (None, None)
        if message:
            self._say(message)
        elif field in DATES and value:
            self._say(f"understood as {value}")
        else:
            self._say("")

    def on_descendant_focus(self) -> None:
        """Say what to know before answering."""
        field = (getattr(self.focused, "id", None) or "").removeprefix("first-").replace("-", "_")
        if self.complaint is not None and self.complaint[0] == field:
            self._say(self.complaint[1])
        elif field in starter.QUESTIONS:
            self._say(starter.QUESTIONS[field].why)

    def action_enter(self) -> None:
        """Go on from a field to the next."""
        enter(self)

    @on(Button.Pressed, "#save")
    async def action_save(self) -> None:
        """Write the ledger, if every answer can be read; else go to the one that cannot."""
        if not self.query_one("#form").display:
            return
        known: dict[str, Any] = {}
        for question in FIELDS:
            field = self.query_one(f"#first-{question.field.replace('_', '-')}", Input)
            typed = field.value.strip() or ("no" if question.field == "dea" else "")
            if not typed and (question.skip or question.field == "issued"):
                known[question.field] = None
                continue
            known[question.field], message = starter.validated(question.field, typed)
            if message:
                self._complain(question.field, message)
                return
        if not known["renewal_date"] and not known["issued"]:
            needed = "the renewal date, or the day your license was first issued, is needed"
            self._complain("renewal_date", needed)
            return
        text = starter.starter(starter.Answers(**known))
        doubts = starter.doubts(text, self._today())
        if doubts and text != self.doubted:
            self.doubted = text
            self._say(f"{doubts[0].message}; {doubts[0].help}. Save again to keep it so.")
            return
        try:
            await asyncio.to_thread(starter.create, self.file, text)
        except NotWritten as error:
            self._say("; ".join(str(error).split("\n")))
            return
        self.dismiss(self.file)

    def _complain(self, field: str, message: str) -> None:
        self.complaint = field, message
        self._say(message)
        self.query_one(f"#first-{field.replace('_', '-')}", Input).focus()

    def _today(self) -> Any:
        return self.app.today()  # type: ignore[attr-defined]

    def _say(self, text: str) -> None:
        message = self.query_one("#first-message", Static)
        style = Style(max(20, message.size.width), color=False, unicode=True)
        message.update(plain_lines(wrap(text, style) if text else [""]))
