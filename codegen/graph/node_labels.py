"""What is drawn for one node: its shape, its label, its tooltip."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any, NamedTuple
from urllib.parse import quote

from analyzers.model.entities import EntityKind
from codegen.graph import style
from codegen.graph.labels import clean, last, markup, short
from codegen.graph.style import Look

_DOT = {"shape": "point", "width": "0.07", "color": style.LINE, "fillcolor": style.LINE}
_BAR = {
    "shape": "box",
    "height": "0.05",
    "width": "0.7",
    "style": "filled",
    "color": style.LINE,
    "fillcolor": style.LINE,
}
_CHOICE = {"shape": "diamond", "height": "0.2", "width": "0.26", "color": style.LINE, "fillcolor": "#ffffff"}
_ROUND = {"shape": "circle", "height": "0.14", "width": "0.14", "color": style.LINE, "fillcolor": "#ffffff"}
_PILL = {"margin": "0.14,0.04", "height": "0.26"}
_NO_LABEL = {"label": "", "fixedsize": "true"}

_REASON_WIDTH = 48


class Face(NamedTuple):
    """A node as it is drawn; `label` is an HTML-like label, `attributes` win over what the look says."""

    look: Look
    label: str
    tooltip: str
    always: bool
    attributes: Mapping[str, str]


def face(facts: Mapping[str, Any]) -> Face:
    """The face of a node, from its attributes in the graph."""
    kind = facts["kind"]
    always = bool(facts["always"])
    match kind:
        case "invoke":
            return _invoke(facts)
        case "unresolved":
            return _unresolved(facts)
        case "helper":
            return _helper(facts)
        case "start":
            return Face(style.RETURN, _text("start"), "start", True, _PILL)
        case "end":
            return Face(style.RETURN, _text("end"), "end", True, _PILL)
        case "return":
            shown = facts["title"] if facts["plain"] else "return"
            return Face(style.RETURN, _text(short(shown)), facts["title"], always, _PILL)
        case "raise":
            return Face(style.RAISE, _text(short(facts["title"])), facts["title"], always, _PILL)
        case "fork" | "join":
            return Face(style.RETURN, "", kind, True, _BAR | _NO_LABEL)
        case "try":
            return Face(style.RETURN, "", kind, True, _DOT)
        case "loop":
            return Face(style.RETURN, "", facts["title"], True, _ROUND | _NO_LABEL | {"style": "filled"})
        case _:
            return Face(style.RETURN, "", facts["title"], True, _CHOICE | _NO_LABEL | {"style": "filled"})


def _invoke(facts: Mapping[str, Any]) -> Face:
    look = style.ENTITIES[EntityKind(facts["entity_kind"])]
    notes = [look.word, *([facts["consumed"]] if facts["consumed"] in ("scheduled", "blocking", "dropped") else [])]
    title = f"{facts['entity']} ({look.word}), {facts['consumed']} at {_place(facts)}"
    lines = [_bold(last(facts["entity"])), _small(", ".join(notes)), *_badges(facts)]
    tall = {"height": "0.66"} if look.shape == "cds" else {}
    return Face(look, _lines(lines), title, bool(facts["always"]), _linked(facts) | _stack(facts) | tall)


def _unresolved(facts: Mapping[str, Any]) -> Face:
    title = f"{facts['title']} at {_place(facts)}: {facts['reason']}. {facts['hint']}"
    reason = wrap(clean(facts["reason"]), _REASON_WIDTH, max_lines=3, placeholder="\u2026")
    lines = [_bold(f"? {short(facts['title'])}"), *(_small(line) for line in reason), *_badges(facts)]
    return Face(style.UNRESOLVED, _lines(lines), title, bool(facts["always"]), _linked(facts) | _stack(facts))


def _helper(facts: Mapping[str, Any]) -> Face:
    title = f"{facts['title']}: entered before, may run {', '.join(facts['inside'])}"
    lines = [_bold(last(facts["title"])), _small("helper, entered again"), *_badges(facts)]
    return Face(style.HELPER, _lines(lines), title, bool(facts["always"]), _stack(facts))


def _badges(facts: Mapping[str, Any]) -> list[str]:
    return [_small(f"{style.TIMES} {short(header)}") for header in facts["over"]]


def _stack(facts: Mapping[str, Any]) -> dict[str, str]:
    return {"peripheries": "3"} if facts["many"] else {}


def _linked(facts: Mapping[str, Any]) -> dict[str, str]:
    return {"URL": f"{quote(facts['path'], errors='replace')}#L{facts['line']}"}


def _place(facts: Mapping[str, Any]) -> str:
    return f"{facts['path']}:{facts['line']}"


def _lines(lines: list[str]) -> str:
    return f"<{'<br/>'.join(lines)}>"


def _text(text: str) -> str:
    return f'<<font point-size="10">{markup(text)}</font>>'


def _bold(text: str) -> str:
    return f"<b>{markup(text)}</b>"


def _small(text: str) -> str:
    return f'<font point-size="9" color="{style.MUTED}">{markup(text)}</font>'
