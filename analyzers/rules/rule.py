"""What a rule is: a code, a name, a severity, and a pure function from facts to findings."""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.model.diagnostics import Fix, Severity
from analyzers.model.places import Place
from analyzers.model.record import Record
from analyzers.model.settings import Settings
from analyzers.source import Source
from analyzers.suppressions import Suppression

InputT = TypeVar("InputT")


class Finding(Record):
    """What a rule found; it becomes a diagnostic under the rule's code. `severity` is None for the rule's own."""

    message: str
    remedy: str
    place: Place
    fix: Fix | None = None
    severity: Severity | None = None


class Subject(Record):
    """What the rules about code look at.

    `modules` are those in which a finding can stand, by path: the files asked for, and those of helpers that they call.
    """

    analysis: Analysis
    settings: Settings
    modules: Mapping[str, ModuleFacts]


class Review(Record):
    """What the rules about suppressions look at, once the others have spoken.

    `unused` holds, for each suppression, those of its codes that suppressed nothing although their rules looked there.
    """

    sources: Mapping[str, Source]
    suppressions: tuple[Suppression, ...]
    unused: Mapping[Suppression, tuple[str, ...]]
    codes: tuple[str, ...]


class Rule(Record, Generic[InputT]):
    """One rule. `follows_calls` says that its findings depend on what calls the code, not on the file alone."""

    code: str
    name: str
    severity: Severity
    check: Callable[[InputT], Iterable[Finding]]
    follows_calls: bool = False


def short(name: str) -> str:
    """An entity's or function's name as a person calls it: without module and enclosing scopes."""
    return name.rpartition(".")[2]
