"""Each page shows modules before and after; a module without an "after" has to stay byte-identical.

Where a page names the calls (`awaitable: f; g`, `blocking: h`, `hoist: map_task(f)`, `reference: fl.eager =
flytekit.eager`), the rewriter alone is tried on them; elsewhere the analysis decides. `pytest --update` writes the
pages anew.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from analyzers.analysis import analyze
from analyzers.model.facts import Form, Reference, RewriteSite
from analyzers.source import Source
from codegen.rewrite import Rewritten, rewrite

HERE = Path(__file__).parent

_MODULE = re.compile(
    r"^path: (?P<path>\S+)\n(?P<directives>(?:\w+: .*\n)*)\n```python\n(?P<source>.*?)^```\n"
    r"(?:\n```python built\n(?P<built>.*?)^```\n)?"
    r"(?:\n```text declined\n(?P<declined>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"(\w+): (.*)")


class Module(NamedTuple):
    """One module of a case, with what is expected of it."""

    path: str
    directives: Mapping[str, list[str]]
    source: str
    built: str
    declined: str


class Case(NamedTuple):
    """The part of a page under one heading."""

    page: Path
    title: str
    text: str

    @property
    def modules(self) -> list[Module]:
        return [_module(match) for match in _MODULE.finditer(self.text)]


def cases() -> Iterator[Case]:
    for page in sorted(HERE.glob("*.md")):
        for part in re.split(r"^(?=## )", page.read_text(), flags=re.MULTILINE)[1:]:
            yield Case(page, part.splitlines()[0].removeprefix("## "), part)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.page.stem}: {case.title}")
def test_case(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(tmp_path)
    assert case.modules, "a heading without modules"
    actual = rewritten(case.modules)
    if request.config.getoption("--update"):
        text = _MODULE.sub(lambda match: _shown(_module(match), actual[match["path"]]), case.text)
        case.page.write_text(case.page.read_text().replace(case.text, text))
        return
    for module in case.modules:
        assert _lines(actual[module.path]) == module.declined
        assert actual[module.path].text == module.built


def rewritten(modules: list[Module]) -> dict[str, Rewritten]:
    if any(module.directives for module in modules):
        return {module.path: _with_named_calls(module) for module in modules}
    for module in modules:
        path = Path(module.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module.source)
    return _with_analysis(modules)


def _with_analysis(modules: list[Module]) -> dict[str, Rewritten]:
    analysis = analyze([module.path for module in modules])
    assert not analysis.errors
    concerned = analysis.rewritten_modules()
    results = {module.path: Rewritten(module.source, ()) for module in modules}
    for name in concerned:
        facts = analysis.module(name)
        assert facts is not None
        sites = analysis.rewrite_sites(name)
        results[facts.file.path] = rewrite(facts.file.path, facts.source, facts.tree, sites, facts.references)
    return results


def _with_named_calls(module: Module) -> Rewritten:
    source, tree = Source(module.source), ast.parse(module.source)
    spans = {
        ast.unparse(node): source.place(module.path, node) for node in ast.walk(tree) if isinstance(node, ast.expr)
    }
    sites: list[RewriteSite] = []
    for node in ast.walk(tree):
        form = _form(module, node)
        if isinstance(node, ast.Call) and form:
            inside = (inner for inner in ast.walk(node) if isinstance(inner, ast.expr) and _is_hoisted(module, inner))
            hoists = [source.place(module.path, inner) for inner in inside]
            name = ast.unparse(node.func).partition("(")[0]
            place = source.place(module.path, node)
            hoist = hoists[0] if hoists else None
            sites.append(RewriteSite(f"m:main#{name}#{len(sites) + 1}", place, form, True, "too dark to see", hoist))
    references = [
        Reference(spans[text], canonical)
        for text, _, canonical in (entry.partition(" = ") for entry in module.directives.get("reference", []))
    ]
    sites.sort(key=lambda site: site.place)
    return rewrite(module.path, source, tree, sites, references)


def _form(module: Module, node: ast.AST) -> Form | None:
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else None
    return next((form for form in Form if called in module.directives.get(form, [])), None)


def _is_hoisted(module: Module, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node) in module.directives.get("hoist", [])


def _module(match: re.Match[str]) -> Module:
    directives = {name: value.split("; ") for name, value in _DIRECTIVE.findall(match["directives"])}
    built = match["source"] if match["built"] is None else match["built"]
    return Module(match["path"], directives, match["source"], built, match["declined"] or "")


def _shown(module: Module, actual: Rewritten) -> str:
    """The module as a page shows it."""
    blocks = [f"```python\n{module.source}```\n"]
    if actual.text != module.source:
        blocks.append(f"```python built\n{actual.text}```\n")
    if actual.declined:
        blocks.append(f"```text declined\n{_lines(actual)}```\n")
    directives = "".join(f"{name}: {'; '.join(values)}\n" for name, values in module.directives.items())
    return f"path: {module.path}\n{directives}\n" + "\n".join(blocks)


def _lines(actual: Rewritten) -> str:
    return "".join(f"{one.place} {one.site or '-'}: {one.reason}\n" for one in actual.declined)
