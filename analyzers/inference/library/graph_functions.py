"""`graphlib.TopologicalSorter`: the nodes of a graph, in the order that Python finds where the graph is known."""

import graphlib

from analyzers.inference.domain.records import CallPoint, Handler, ObjectMethod
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, joined, only, single
from analyzers.inference.domain.values import Arguments, Obj, Value, Values
from analyzers.inference.interpreter import Interpreter

_KIND = "sorter"
_NODES_LIMIT = 64


def _sorter(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A sorter holds its nodes; in the order of `static_order`, as long as that is known."""
    graph = arguments.argument(0, "graph")
    order = [] if not graph else _order_of(interpreter, graph)
    made = interpreter.many(_KIND, point.node, EMPTY)
    for sorter in made:
        if not isinstance(sorter, Obj):
            continue
        interpreter.smash(sorter, _all_nodes(interpreter, graph, point))
        if order is not None and sorter not in interpreter.summaries:
            in_order = interpreter.sequence("tuple", interpreter.stand_in(point.node, _KIND), list(map(only, order)))
            interpreter.write((sorter, _KIND), in_order)
    return made


def _all_nodes(interpreter: Interpreter, graph: Values, point: CallPoint) -> Values:
    before = [
        interpreter.iterated(interpreter.elements(interpreter.current(value)), point.node)
        for value in graph
        if isinstance(value, Obj) and value.kind == "dict"
    ]
    return joined([interpreter.iterated(graph, point.node), *before]) if graph != NONE else EMPTY


def _order_of(interpreter: Interpreter, graph: Values) -> list[Value] | None:
    """The order of the nodes of a graph whose predecessors stand in lists or tuples; those of a set have no order."""
    value = single(graph)
    if not (isinstance(value, Obj) and value.kind == "dict"):
        return [] if graph == NONE else None
    keys = interpreter.certain_keys(interpreter.current(value))
    nodes: dict[object, Value] = {}
    sorter: graphlib.TopologicalSorter[object] = graphlib.TopologicalSorter()
    for key in keys or ():
        before = interpreter.exact_items(interpreter.load_item(value, only(key)))
        row = [single(interpreter.hashed(each)) for each in before or ()]
        names = [None if each is None else interpreter.compared_as(each) for each in (key, *row)]
        if before is None or None in names:
            return None
        nodes.update(zip(names, (key, *row), strict=True))  # type: ignore[arg-type]  # none is missing
        sorter.add(*names)
    if keys is None or len(nodes) > _NODES_LIMIT:
        return None
    try:
        return [nodes[name] for name in sorter.static_order()]
    except graphlib.CycleError:
        return None


def _add(interpreter: Interpreter, sorter: Obj, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.smash(sorter, joined(arguments.all))
    interpreter.write((sorter, _KIND), EMPTY)
    return NONE


def _static_order(interpreter: Interpreter, sorter: Obj, arguments: Arguments, point: CallPoint) -> Values:
    order = interpreter.read((sorter, _KIND)) if sorter not in interpreter.summaries else EMPTY
    items = interpreter.exact_items(order)
    if items is None:
        return interpreter.many("iterator", point.node, interpreter.elements(sorter))
    return interpreter.sequence("iterator", point.node, items)


def _ready(interpreter: Interpreter, sorter: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.many("tuple", point.node, interpreter.elements(sorter))


def _is_active(interpreter: Interpreter, sorter: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return PLAIN


def _nothing(interpreter: Interpreter, sorter: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return NONE


HANDLERS: dict[str, Handler] = {"graphlib.TopologicalSorter": _sorter}

METHODS: dict[tuple[str, str], ObjectMethod] = {
    (_KIND, "add"): _add,
    (_KIND, "static_order"): _static_order,
    (_KIND, "get_ready"): _ready,
    (_KIND, "is_active"): _is_active,
    (_KIND, "__bool__"): _is_active,
    (_KIND, "prepare"): _nothing,
    (_KIND, "done"): _nothing,
}
