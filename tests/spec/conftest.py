"""How a test has the rules look at a few files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from analyzers.analysis import Analysis, analyze
from analyzers.model.diagnostics import Diagnostic
from analyzers.rules import run_rules
from eagerc import configuration

Look = Callable[[Mapping[str, str]], tuple[Analysis, tuple[Diagnostic, ...]]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Write files, and give what the analysis and the rules make of those that are not called `unasked`."""
    monkeypatch.chdir(tmp_path)

    def looked(files: Mapping[str, str]) -> tuple[Analysis, tuple[Diagnostic, ...]]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        own = tmp_path / "eagerc.toml"
        settings = configuration.load(str(own) if own.exists() else None)
        asked = [name for name in files if name.endswith(".py") and "unasked" not in name]
        analysis = analyze(asked, settings)
        return analysis, run_rules(analysis, settings)

    return looked
