"""What a rule reports, and how it can be mended."""

from enum import StrEnum

from analyzers.model.places import Place
from analyzers.model.record import Record


class Severity(StrEnum):
    """An error will fail or silently do nothing, a warning will surprise, a note is off unless selected."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Edit(Record):
    """Replace the text of `place` by `replacement`; an empty span inserts."""

    place: Place
    replacement: str


class Fix(Record):
    """Edits that mend one diagnostic together; an unsafe fix may change what the program does."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Diagnostic(Record):
    """One finding. `message` says what is wrong, `remedy` what to do about it."""

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    place: Place
    fix: Fix | None = None
