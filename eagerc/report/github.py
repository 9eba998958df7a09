"""Diagnostics as GitHub workflow commands, which annotate the lines of a pull request."""

from collections.abc import Iterator, Sequence

from analyzers.model.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def report(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """One workflow command for each diagnostic."""
    for diagnostic in diagnostics:
        place = diagnostic.place
        properties = {
            "file": place.path,
            "line": place.line,
            "col": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            "title": f"{diagnostic.code} {diagnostic.name}",
        }
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        text = f"{diagnostic.message}\n{diagnostic.remedy}" if diagnostic.remedy else diagnostic.message
        yield f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
