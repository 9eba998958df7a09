"""What the pictures look like: shapes and colours of nodes, edges and regions.

Fills are light and ink is dark on a white canvas, so that a picture reads the same in a light and in a dark viewer. The
hues keep apart under the common kinds of colour blindness, and no fact is told by colour alone.
"""

from typing import NamedTuple

from analyzers.model.entities import EntityKind

# One name only: graphviz measures text by it, and a list of names would be measured as Times.
FONT = "Helvetica"
INK = "#1f2933"
MUTED = "#566271"
LINE = "#52606d"
CANVAS = "#ffffff"
TIMES = "\u00d7"
FAILURE = "#b5462f"
DATA = "#9fb3c8"
DATA_INK = "#486581"


class Look(NamedTuple):
    """How one kind of node looks; `word` names the kind in its label."""

    word: str
    shape: str
    fill: str
    stroke: str
    style: str = "filled"


ENTITIES = {
    EntityKind.TASK: Look("task", "box", "#e3f0fb", "#1f6fb2", "rounded,filled"),
    EntityKind.ASYNC_TASK: Look("async task", "ellipse", "#e0f4f4", "#147d7e"),
    EntityKind.WORKFLOW: Look("workflow", "folder", "#fdf1d6", "#a86b00"),
    EntityKind.EAGER: Look("eager", "hexagon", "#ece6fa", "#5f43b2"),
    EntityKind.DYNAMIC: Look("dynamic workflow", "octagon", "#fbe6f1", "#a83279"),
    EntityKind.MAP_TASK: Look("map task", "box3d", "#dcebfa", "#155a94"),
    EntityKind.LAUNCH_PLAN: Look("launch plan", "cds", "#fde8dc", "#b0511a"),
    EntityKind.REFERENCE: Look("reference", "note", "#eef0f3", "#4a5766"),
    EntityKind.CONTAINER_TASK: Look("container task", "component", "#e6f3e1", "#3d7a2a"),
    EntityKind.TASK_INSTANCE: Look("task instance", "box", "#e3f0fb", "#1f6fb2"),
    EntityKind.IMPERATIVE_WORKFLOW: Look("imperative workflow", "tab", "#fdf1d6", "#a86b00"),
    EntityKind.REMOTE: Look("remote", "house", "#eef0f3", "#4a5766"),
}
UNRESOLVED = Look("unresolved", "box", "#fff4ce", "#8a6100", "filled")
HELPER = Look("helper", "box", "#f4f6f8", "#7b8794", "rounded,filled")
RETURN = Look("return", "box", "#eef1f4", "#52606d", "rounded,filled")
RAISE = Look("raise", "box", "#fbe9e4", FAILURE, "rounded,filled")

REGIONS = {
    "loop": ("#f3f8f1", "#7f9f74"),
    "try": ("#fdf6f3", "#c99a8c"),
    "finally": ("#f7f7f9", "#a3adb9"),
    "parallel": ("#f2f6fc", "#86a3c9"),
    "with": ("#f9f8f3", "#b3ab8c"),
    "helper": ("#f7f8fa", "#a3adb9"),
    "function": ("#ffffff", "#cbd2d9"),
}
