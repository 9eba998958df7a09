"""Diagnostics and dependencies as JSON, for scripts."""

import json
from collections.abc import Sequence
from typing import Any

from analyzers.analysis import Analysis
from analyzers.chains import Step
from analyzers.model.calls import Invocation, UnresolvedCall
from analyzers.model.diagnostics import Diagnostic, Edit, Fix
from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place
from eagerc.explanations import Explanation
from eagerc.report.effort import helpers
from eagerc.targets import Selection

DEPENDENCIES_SCHEMA = "eagerc.deps/1"


def diagnostics(found: Sequence[Diagnostic]) -> str:
    """A list of diagnostics."""
    return _dumped([_diagnostic(diagnostic) for diagnostic in found])


def dependencies(selection: Selection, explanation: Explanation | None, verbose: bool) -> str:
    """What eager functions invoke, by function, and why."""
    document: dict[str, Any] = {
        "schema": DEPENDENCIES_SCHEMA,
        "functions": [_function(one.function, one.configured.analysis, verbose) for one in selection.functions],
        "errors": [
            {"path": error.place.path, "line": error.place.line, "message": error.message} for error in selection.errors
        ],
    }
    if explanation is not None:
        document["why"] = _explanation(explanation)
    return _dumped(document)


def _dumped(document: object) -> str:
    return json.dumps(document, indent=2)


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "remedy": diagnostic.remedy,
        "severity": diagnostic.severity.value,
        **_span(diagnostic.place),
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"message": fix.message, "safe": fix.safe, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    return {**_span(edit.place), "replacement": edit.replacement}


def _span(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _function(function: EntityFunction, analysis: Analysis, verbose: bool) -> dict[str, Any]:
    entity = function.entity
    grouped: dict[str, list[Invocation]] = {}
    for invocation in function.invocations:
        grouped.setdefault(invocation.entity.name, []).append(invocation)
    return {
        "name": entity.name,
        "path": entity.place.path,
        "line": entity.place.line,
        "dialect": function.dialect.value,
        "entities": [_entity(sites) for sites in sorted(grouped.values(), key=lambda sites: sites[0].entity.place)],
        "closure": [reached.name for reached in analysis.closure(entity.name)],
        "cycles": [list(members) for members in analysis.cycles(entity.name)],
        "unresolved": [_unresolved(call) for call in function.unresolved],
        **({"analysis": _effort(function)} if verbose else {}),
    }


def _effort(function: EntityFunction) -> dict[str, Any]:
    return {
        "steps": function.steps,
        "step_limit": function.step_limit,
        "helpers": [
            {
                "name": helper.name,
                "path": helper.place.path,
                "line": helper.place.line,
                "contexts": helper.contexts,
                "interpreted": helper.interpreted,
                "reused": helper.reused,
            }
            for helper in helpers(function)
        ],
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "entity": explanation.entity,
        "chains": [
            {
                "function": function.entity.name,
                "site": chain.invocation.site,
                "consumed": chain.invocation.consumed.value,
                "certain": chain.invocation.certain,
                "steps": [_step(step) for step in chain.steps],
            }
            for function, found in explanation.functions
            for chain in found
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.action.value,
        "name": step.name,
        "kind": step.kind,
        "path": step.place.path,
        "line": step.place.line,
        "column": step.place.column,
    }


def _entity(invocations: Sequence[Invocation]) -> dict[str, Any]:
    entity = invocations[0].entity
    return {
        "name": entity.name,
        "kind": entity.kind.value,
        "path": entity.place.path,
        "line": entity.place.line,
        "certain": any(invocation.certain for invocation in invocations),
        "sites": [
            {
                "id": invocation.site,
                "path": invocation.place.path,
                "line": invocation.place.line,
                "column": invocation.place.column,
                "consumed": invocation.consumed.value,
            }
            for invocation in invocations
        ],
    }


def _unresolved(call: UnresolvedCall) -> dict[str, Any]:
    return {
        "path": call.place.path,
        "line": call.place.line,
        "column": call.place.column,
        "call": call.text,
        "reason": call.reason,
        "category": call.category.value,
        "hint": call.hint,
    }
