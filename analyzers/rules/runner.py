"""Runs rules: findings become diagnostics, without those that settings or comments silence."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.model.diagnostics import Diagnostic
from analyzers.model.settings import Settings
from analyzers.rules.rule import Finding, Review, Rule, Subject
from analyzers.rules.selection import enabled, ignored
from analyzers.suppressions import Suppression, suppressions

InputT = TypeVar("InputT")
Comments = Mapping[str, tuple[Suppression, ...]]


def run(
    source_rules: Iterable[Rule[Subject]],
    suppression_rules: Iterable[Rule[Review]],
    analysis: Analysis,
    settings: Settings,
) -> tuple[Diagnostic, ...]:
    """The diagnostics, sorted by place, then code; one for each place and code."""
    codes = (*(rule.code for rule in source_rules), *(rule.code for rule in suppression_rules))
    subject = Subject(analysis, settings, _modules(analysis))
    comments = {path: suppressions(path, module.source) for path, module in subject.modules.items()}
    active = enabled(source_rules, settings)
    found = _diagnostics(active, subject, settings)
    asked = {module.file.path: module.source for module in analysis.modules}
    written = tuple(comment for path in asked for comment in comments[path])
    unused = {comment: _unused(comment, active, subject, found) for comment in written}
    review = Review(asked, written, unused, codes)
    found += _diagnostics(enabled(suppression_rules, settings), review, settings)
    return tuple(sorted(_heard(found, comments), key=lambda diagnostic: (diagnostic.place, diagnostic.code)))


def _modules(analysis: Analysis) -> dict[str, ModuleFacts]:
    modules = {module.file.path: module for module in analysis.modules}
    for name in dict.fromkeys(frame.module for function in analysis.functions for frame in function.frames):
        module = analysis.module(name)
        if module is not None:
            modules.setdefault(module.file.path, module)
    return modules


def _diagnostics(rules: Iterable[Rule[InputT]], given: InputT, settings: Settings) -> list[Diagnostic]:
    found: dict[tuple[str, object], Diagnostic] = {}
    for rule in rules:
        for finding in rule.check(given):
            if not ignored(finding.place.path, rule.code, settings):
                found.setdefault((rule.code, finding.place), _diagnostic(rule, finding))
    return list(found.values())


def _diagnostic(rule: Rule[InputT], finding: Finding) -> Diagnostic:
    severity = finding.severity or rule.severity
    return Diagnostic(rule.code, rule.name, severity, finding.message, finding.remedy, finding.place, finding.fix)


def _heard(found: Iterable[Diagnostic], comments: Comments) -> Iterator[Diagnostic]:
    for diagnostic in found:
        silencing = comments.get(diagnostic.place.path, ())
        if not any(comment.covers(diagnostic.place, diagnostic.code) for comment in silencing):
            yield diagnostic


def _unused(
    comment: Suppression, active: Iterable[Rule[Subject]], subject: Subject, found: Iterable[Diagnostic]
) -> tuple[str, ...]:
    """The codes that the comment need not name.

    A rule that follows calls is judged only inside eager functions: elsewhere another file's call may make it speak.
    """
    path = comment.place.path
    decided = not comment.whole_file and _in_eager_function(comment, subject.analysis)
    judged = {
        rule.code
        for rule in active
        if (decided or not rule.follows_calls) and not ignored(path, rule.code, subject.settings)
    }
    used = {
        diagnostic.code
        for diagnostic in found
        if diagnostic.place.path == path and comment.covers(diagnostic.place, diagnostic.code)
    }
    return tuple(code for code in comment.codes if code in judged - used)


def _in_eager_function(comment: Suppression, analysis: Analysis) -> bool:
    return any(
        function.entity.place.path == comment.place.path
        and function.node.lineno <= comment.place.line <= (function.node.end_lineno or function.node.lineno)
        for function in analysis.functions
    )
