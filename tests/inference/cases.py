"""A case of the library: one Markdown page with source files, what is inferred from them, and runs that prove it.

The format is described in `README.md` beside this file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from analyzers.analysis import Analysis, analyze
from analyzers.model.calls import Consumption, Invocation, UnresolvedCall
from analyzers.model.entities import EntityKind
from analyzers.model.facts import EntityFunction
from analyzers.model.settings import Settings
from eagerc import configuration

LIBRARY = Path(__file__).parent
NOTHING = "nothing"

_PATH = re.compile(r"`([^`]+)`:?")
_MODE = re.compile(r"(exact|subset|static)(?:: (.+))?")
_RAISES = re.compile(r"(.+?)\s+# raises (\w+)")
_INDENT = "    "


class Expression(NamedTuple):
    """One run: a Python expression, and the name of the exception that ends it, if one does."""

    text: str
    raises: str | None


class Case(NamedTuple):
    """A page: `inferred` has the expected lines of each eager function by its name, each line with its count."""

    path: Path
    mode: str
    files: Mapping[str, str]
    inferred: Mapping[str, Counter[str]]
    runs: tuple[Expression, ...]

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


class Block(NamedTuple):
    """A fenced block: its language, the path on the line before it, the number of its first line, its lines."""

    language: str
    path: str | None
    start: int
    lines: list[str]


def pages(library: Path = LIBRARY) -> list[Path]:
    """Every page of a library, by topic."""
    return sorted(library.glob("*/*.md"))


def read(path: Path) -> Case:
    """The case on a page; raises ValueError where the page does not follow the format."""
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks = list(_blocks(lines))
    files = {block.path or "main.py": "\n".join([*block.lines, ""]) for block in blocks if _is_source(block)}
    inferred = _only(blocks, "inferred", path)
    mode, reason = _mode(lines, blocks)
    runs = [block for block in blocks if block.language == "runs"]
    if not lines[0].startswith("# ") or not files or (mode == "static") == bool(runs):
        raise ValueError(f"{path}: a page has a title, source files, and runs unless it is static")
    if (mode == "exact") == bool(reason):
        raise ValueError(f"{path}: `subset` and `static` give a reason, as in `static: ...`; `exact` needs none")
    expressions = tuple(_expression(line) for block in runs for line in block.lines if line.strip())
    return Case(path, mode, files, _expected(inferred.lines), expressions)


def _blocks(lines: list[str]) -> Iterator[Block]:
    language, start, path = None, 0, None
    for number, line in enumerate(lines):
        if language is None and line.startswith("```"):
            language, start = line[3:].strip(), number + 1
        elif language is not None and line == "```":
            yield Block(language, path, start, lines[start:number])
            language, path = None, None
        elif language is None and (found := _PATH.fullmatch(line.strip())):
            path = found[1]


def _is_source(block: Block) -> bool:
    if block.language in ("python", "toml", "text"):
        return True
    if block.language in ("inferred", "runs"):
        return False
    raise ValueError(f"line {block.start}: no such block: {block.language!r}")


def _only(blocks: list[Block], language: str, path: Path) -> Block:
    found = [block for block in blocks if block.language == language]
    if len(found) != 1:
        raise ValueError(f"{path}: a page has one `{language}` block")
    return found[0]


def _mode(lines: list[str], blocks: list[Block]) -> tuple[str, str | None]:
    inside = {number for block in blocks for number in range(block.start, block.start + len(block.lines))}
    for number, line in enumerate(lines):
        if number not in inside and (found := _MODE.fullmatch(line)):
            return found[1], found[2]
    return "exact", None


def _expression(line: str) -> Expression:
    found = _RAISES.fullmatch(line)
    return Expression(found[1], found[2]) if found else Expression(line, None)


def _expected(lines: list[str]) -> dict[str, Counter[str]]:
    functions: dict[str, Counter[str]] = {}
    present: Counter[str] = Counter()
    for line in lines:
        if not line.strip():
            continue
        if line == line.lstrip():
            present = functions.setdefault(line.strip(), Counter())
        elif line.strip() != NOTHING:
            present[line.strip()] += 1
    return functions


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the source files of a case into a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def analysis_of(folder: Path) -> Analysis:
    """What eagerc makes of a folder, as it is called on the command line."""
    own = folder / "eagerc.toml"
    settings = configuration.load(str(own)) if own.exists() else Settings()
    return analyze([str(folder)], settings)


def inferred(analysis: Analysis) -> dict[str, list[str]]:
    """The lines of each eager function of the analysis, by place."""
    return {function.entity.name: _lines(function) for function in analysis.functions}


def _lines(function: EntityFunction) -> list[str]:
    invoked = [(call.place, _invocation(call)) for call in function.invocations]
    unresolved = [(call.place, _unresolved(call)) for call in function.unresolved]
    return [line for _, line in sorted([*invoked, *unresolved])]


def _invocation(call: Invocation) -> str:
    words = [_one_line(call.entity.name), call.consumed.value]
    if call.entity.kind is not EntityKind.TASK:
        words.insert(1, call.entity.kind.value)
    if not call.certain:
        words.append("may")
    return " ".join(words)


def _unresolved(call: UnresolvedCall) -> str:
    return f"? {_one_line(call.text)}  {call.category.value}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def update(path: Path, found: Mapping[str, list[str]]) -> None:
    """Write what was inferred into the page, for a person to read the difference."""
    lines = path.read_text(encoding="utf-8").splitlines()
    block = _only(list(_blocks(lines)), "inferred", path)
    fresh = [line for name, calls in found.items() for line in (name, *(_INDENT + call for call in calls or [NOTHING]))]
    lines[block.start : block.start + len(block.lines)] = fresh
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


_KINDS = frozenset(kind.value for kind in EntityKind)
_USES = frozenset(use.value for use in Consumption)


class Listing(NamedTuple):
    """What the lines of one eager function say about its runs.

    `certain` are the entities that some run must invoke, `possible` those and the ones whose awaitable is dropped.
    `open` is true where a call is unresolved, so that more may be invoked.
    """

    certain: frozenset[str]
    possible: frozenset[str]
    open: bool


def listing(lines: Mapping[str, int]) -> Listing:
    """The lines of one eager function, read as a claim about its runs."""
    calls = [_entity_and_use(line) for line in lines if not line.startswith("?")]
    certain = frozenset(name for name, use in calls if use != Consumption.DROPPED)
    return Listing(certain, frozenset(name for name, _ in calls), any(line.startswith("?") for line in lines))


def _entity_and_use(line: str) -> tuple[str, str]:
    words = line.removesuffix(" may").split(" ")
    use = words.pop()
    if use not in _USES:
        raise ValueError(f"no such consumption: {use!r} in {line!r}")
    if words[-1] in _KINDS:
        words.pop()
    return " ".join(words), use
