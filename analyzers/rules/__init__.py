"""The rules: facts in, diagnostics out. One file a rule; `run_rules` runs those that the settings leave on.

To add one, write its file, its page of cases under `tests/spec`, and its line in a table below.
"""

from analyzers.analysis import Analysis
from analyzers.model.diagnostics import Diagnostic
from analyzers.model.settings import Settings
from analyzers.rules import (
    egr001_syntax_error,
    egr002_sync_eager_function,
    egr003_nested_entity,
    egr004_missing_annotation,
    egr007_decorator_above_eager,
    egr009_ignored_option,
    egr101_dropped_invocation,
    egr102_await_on_value,
    egr103_value_before_await,
    egr105_gather_of_list,
    egr201_unknown_argument,
    egr202_missing_argument,
    egr701_legacy_import,
    egr702_legacy_option,
    egr901_unused_suppression,
    egr902_unknown_code,
)
from analyzers.rules.rule import Review, Rule, Subject
from analyzers.rules.runner import run

SOURCE_RULES: tuple[Rule[Subject], ...] = (
    egr001_syntax_error.RULE,
    egr002_sync_eager_function.RULE,
    egr003_nested_entity.RULE,
    egr004_missing_annotation.RULE,
    egr007_decorator_above_eager.RULE,
    egr009_ignored_option.RULE,
    egr101_dropped_invocation.RULE,
    egr102_await_on_value.RULE,
    egr103_value_before_await.RULE,
    egr105_gather_of_list.RULE,
    egr201_unknown_argument.RULE,
    egr202_missing_argument.RULE,
    egr701_legacy_import.RULE,
    egr702_legacy_option.RULE,
)
"""Rules about code."""

SUPPRESSION_RULES: tuple[Rule[Review], ...] = (
    egr901_unused_suppression.RULE,
    egr902_unknown_code.RULE,
)
"""Rules about the comments that silence rules."""

RULES: tuple[Rule[Subject] | Rule[Review], ...] = (*SOURCE_RULES, *SUPPRESSION_RULES)


def run_rules(analysis: Analysis, settings: Settings) -> tuple[Diagnostic, ...]:
    """What the rules have to say about the files that were analysed, sorted by place, then code."""
    return run(SOURCE_RULES, SUPPRESSION_RULES, analysis, settings)
