"""Which module of `library` knows a function or an object of a library; it is imported when that is first asked."""

from typing import Any

from analyzers.inference.domain.records import Handler, ObjectMethod, Producer

_OF_BUILTINS = {
    "builtin_functions": "abs bytes chr complex delattr divmod eval exec float format getattr globals hash int ord repr"
    " round setattr str super type",
    "callables": "classmethod property staticmethod",
    "iteration_functions": "aiter dict enumerate filter frozenset iter list map max min range reversed set sorted sum"
    " tuple zip",
    "module_functions": "__import__",
    "namespace_functions": "dir object vars",
    "operator_functions": "pow",
    "question_functions": "all any bool callable hasattr id isinstance issubclass len",
    "record_functions": "BaseExceptionGroup ExceptionGroup",
    "taking_functions": "anext next",
}
BUILTINS = {name: (family,) for family, names in _OF_BUILTINS.items() for name in names.split()}
"""The families of the builtin functions; methods of builtin classes are in LIBRARIES."""

LIBRARIES = {
    "abc": ("callables",),
    "argparse": ("namespace_functions",),
    "asyncio": ("concurrency", "channels", "queues", "inspection_functions"),
    "atexit": ("callables",),
    "attr": ("record_functions",),
    "attrs": ("record_functions",),
    "backoff": ("callables",),
    "bisect": ("picking_functions",),
    "builtins": ("container_functions", "builtin_functions", "record_functions"),
    "collections": ("iteration_functions", "container_functions", "record_functions"),
    "concurrent": ("concurrency", "channels"),
    "contextlib": ("callables", "concurrency"),
    "contextvars": ("channels", "concurrency"),
    "copy": ("record_functions",),
    "dataclasses": ("record_functions",),
    "dict": ("iteration_functions",),
    "enum": ("callables", "record_functions"),
    "flytekit": ("concurrency",),
    "functools": ("callables", "iteration_functions", "picking_functions"),
    "graphlib": ("graph_functions",),
    "heapq": ("picking_functions",),
    "importlib": ("module_functions",),
    "inspect": ("callables", "namespace_functions", "inspection_functions", "signature_functions"),
    "itertools": ("iteration_functions", "combining_functions", "taking_functions"),
    "json": ("builtin_functions",),
    "logging": ("instance_functions",),
    "multiprocessing": ("channels", "queues"),
    "operator": ("operator_functions",),
    "pydantic": ("record_functions",),
    "queue": ("queues",),
    "random": ("picking_functions",),
    "secrets": ("picking_functions",),
    "statistics": ("picking_functions",),
    "sys": ("module_functions", "callables"),
    "tenacity": ("callables",),
    "threading": ("channels", "namespace_functions"),
    "types": ("callables", "iteration_functions", "namespace_functions"),
    "typing": ("callables", "record_functions", "signature_functions"),
    "unittest": ("patch_functions",),
    "weakref": ("callables", "iteration_functions"),
}
"""The families that know something of a top-level module, which are looked into in this order."""

OBJECTS = {
    "async queue": "queues",
    "exit stack": "stack_methods",
    "future": "channels",
    "patch": "patch_functions",
    "queue": "queues",
    "sorter": "graph_functions",
    "thread": "channels",
    "variable": "channels",
}
"""The families of the kinds of objects that libraries make."""

_PACKAGE = f"{__package__}.library"
_NOTHING: dict[str, Any] = {}


def handler(name: str) -> Handler | None:
    """What interprets a call of a function, given by its dotted name."""
    found: Handler | None = _found("HANDLERS", name)
    return found


def producer(name: str) -> Producer | None:
    """What runs through the lazy iterator that a function gives."""
    found: Producer | None = _found("PRODUCERS", name)
    return found


def method(kind: str, name: str) -> ObjectMethod | None:
    """What interprets a call of a method of an object of a library."""
    family = OBJECTS.get(kind)
    found: ObjectMethod | None = None if family is None else _module(family).METHODS.get((kind, name))
    return found


def _found(table: str, name: str) -> Any:
    library, _, rest = name.partition(".")
    families = BUILTINS.get(rest) if library == "builtins" else None
    for family in LIBRARIES.get(library, ()) if families is None else families:
        found = getattr(_module(family), table, _NOTHING).get(name)
        if found is not None:
            return found
    return None


def _module(family: str) -> Any:
    # As `importlib.import_module` does; but `importlib` itself takes longer to import than any family.
    return __import__(f"{_PACKAGE}.{family}", fromlist=[family])
