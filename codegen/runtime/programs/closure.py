"""What the manifest of the tree lists, as the entities that importing the tree makes."""

import importlib
import json
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from flytekit.core.array_node import ArrayNode
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.base_task import PythonTask
from flytekit.core.context_manager import FlyteEntities
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.workflow import WorkflowBase

from ..tree import MANIFEST
from .endings import FAILED, EndError
from .tracebacks import place, place_in_tree

_CLASSES: dict[str, Any] = {
    "imperative_workflow": WorkflowBase,
    "launch_plan": LaunchPlan,
    "map_task": (ArrayNode, ArrayNodeMapTask),
    "workflow": WorkflowBase,
}
# These stand for what others have registered.
_FOREIGN = ("reference", "remote")


class Item(NamedTuple):
    """One entity of the source, and what importing the tree made of it: a call in a loop makes several."""

    name: str
    place: str
    entities: tuple[Any, ...]


class Closure(NamedTuple):
    """What has to be registered, and the entities that are registered elsewhere."""

    items: tuple[Item, ...]
    foreign: tuple[Item, ...]


class Manifest:
    """The manifest of the tree that this module lies in."""

    def __init__(self) -> None:
        with open(MANIFEST, encoding="utf-8") as file:
            self._content = json.load(file)
        self.version: str = self._content["version"]
        self._modules = {source["path"]: source["module"] for source in self._content["sources"]}
        self._functions = {function["name"]: function for function in self._content["functions"]}

    @property
    def functions(self) -> frozenset[str]:
        """The names of the eager functions."""
        return frozenset(self._functions)

    @property
    def unresolved(self) -> int:
        """How many calls are decided at run time."""
        places = {call["id"] for function in self._functions.values() for call in function["unresolved"]}
        return len(places)

    def closure(self) -> Closure:
        """All entities of the tree; raises `EndError` with all that is not as the manifest says."""
        entities = self._content["entities"]
        own = [entity for entity in entities if entity["kind"] not in _FOREIGN]
        problems = _imported({self._modules[entity["path"]] for entity in own if entity["path"] in self._modules})
        if problems:
            raise EndError(FAILED, *problems)
        items = [self._item(entity, self._made(entity)) for entity in own]
        missing = [_complaint(item, entity) for item, entity in zip(items, own, strict=True) if not item.entities]
        if missing:
            raise EndError(FAILED, *missing)
        return Closure(tuple(items), tuple(self._item(entity, ()) for entity in entities if entity not in own))

    def reachable(self, closure: Closure, function: str) -> tuple[Item, ...]:
        """What one eager function needs, itself included."""
        names = {function, *self._functions[function]["closure"]}
        return tuple(item for item in closure.items if item.name in names)

    def _item(self, entity: dict[str, Any], made: tuple[Any, ...]) -> Item:
        return Item(entity["name"], place_in_tree(entity["path"], entity["line"]), made)

    def _made(self, entity: dict[str, Any]) -> tuple[Any, ...]:
        """The objects of an entity: those of its name in flytekit, else of its name in Python, else by how it is made.

        A function's name is that of its entity. What a call makes may be bound to a name, or lie in a container.
        """
        kind = _CLASSES.get(entity["kind"], PythonTask)
        known = [one for one in FlyteEntities.entities if isinstance(one, kind)]
        module = self._modules.get(entity["path"], "")
        named = [one for one in known if one.name == entity["name"]]
        if named:
            return tuple(named)
        bound = _bound(module, entity["name"].removeprefix(f"{module}."))
        if isinstance(bound, kind):
            return (bound,)
        if "(" not in entity["name"]:  # not the text of a call
            return ()
        if entity["targets"]:
            return tuple(one for one in known if _target(one) in entity["targets"])
        return tuple(one for one in known if getattr(one, "instantiated_in", None) == module)


def _imported(modules: Iterable[str]) -> list[str]:
    """Import modules, and say which of them fail and how."""
    problems: dict[str, None] = {}
    for module in sorted(modules):
        try:
            importlib.import_module(module)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a module of the user's may raise anything
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            problems[f"{place(error)}{what.rstrip('.')}; {_remedy(error, module)}"] = None
    return list(problems)


def _remedy(error: BaseException, module: str) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"install it for {sys.executable}, or name another interpreter with --python"
    return f"mend it: registration imports {module}"


def _bound(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _target(entity: Any) -> str | None:
    """The name of what an entity runs on its own."""
    run = getattr(entity, "python_function_task", None) or getattr(entity, "workflow", None)
    run = run or getattr(entity, "flyte_entity", None)
    return getattr(run, "name", None)


def _complaint(item: Item, entity: dict[str, Any]) -> str:
    what = f"{entity['kind'].replace('_', ' ')} {item.name}"
    return f"{item.place}: the {what} is not there once its module is imported; define it whenever that happens"
