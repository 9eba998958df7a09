"""Codes of rules, as users name them: whole, or their beginnings such as `EGR1`."""

from collections.abc import Mapping, Sequence

from analyzers.rules import RULES
from eagerc.failures import UsageError


def codes_named(options: Mapping[str, Sequence[str] | None]) -> dict[str, tuple[str, ...]]:
    """The rule codes in the values of command-line options, each a list with commas.

    Raises `UsageError` for codes that no rule has.
    """
    codes = {
        option: tuple(code.strip() for value in values or () for code in value.split(",") if code.strip())
        for option, values in options.items()
    }
    problems = [f"{option} {problem}" for option in codes if (problem := unknown_codes(codes[option]))]
    if problems:
        raise UsageError(*problems)
    return codes


def unknown_codes(codes: Sequence[str]) -> str | None:
    """What is wrong with a list of codes."""
    unknown = [code or "''" for code in codes if not code or not any(rule.code.startswith(code) for rule in RULES)]
    return f"names unknown rules: {', '.join(unknown)}" if unknown else None
