"""Values of Python as literals of Flyte and back; what can take long happens in threads."""

import asyncio
import collections
import contextlib
import contextvars
import os
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.context_manager import FlyteContext, flyte_context_Var
from flytekit.core.interface import Interface
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.reference_entity import ReferenceEntity
from flytekit.core.type_engine import TypeEngine, TypeTransformerFailedError, UnionTransformer
from flytekit.models.literals import Literal
from flytekit.remote.remote_callable import RemoteEntity

from ..frame import Call
from ..threads import Crew
from . import offloaded
from .futures import settle

T = TypeVar("T")

_PLAIN = (int, float, str, bool, type(None))
# More characters or items than these are not converted on the event loop.
_SMALL = 1000


class _Types(NamedTuple):
    """A type as Python and as Flyte know it."""

    python: Any
    flyte: Any


class _Signature(NamedTuple):
    """What goes into an entity and what comes out; the entity is kept so that no other gets its `id`."""

    entity: Any
    defaults: dict[str, Any]
    required: tuple[str, ...]
    inputs: dict[str, _Types]
    outputs: dict[str, _Types]


class Values:
    """Converts in the context of the eager task: its files go where the task's go."""

    def __init__(self, context: FlyteContext) -> None:
        self._context = context
        self._crew = Crew("eagerc-values")
        self._signatures: dict[int, _Signature] = {}

    async def to_literals(self, call: Call) -> literals_pb2.LiteralMap:
        """The inputs of a call."""
        convert = partial(self._to_literals, call)
        if all(_is_small(value) for value in call.inputs.values()):
            return await convert()
        return await self.in_thread(lambda: asyncio.run(convert()))

    async def by_content(self, inputs: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
        """The inputs with digests in the place of what lies where the task's files go: elsewhere on each attempt."""
        if all(_is_small_literal(literal) for literal in inputs.literals.values()):
            return inputs
        return await self.in_thread(partial(offloaded.by_content, inputs, self._context.file_access))

    async def to_python(self, entity: Any, outputs: literals_pb2.LiteralMap) -> Any:
        """What a call of an entity gives."""
        convert = partial(self._to_python, entity, outputs)
        if all(_is_small_literal(literal) for literal in outputs.literals.values()):
            return await convert()
        return await self.in_thread(lambda: asyncio.run(convert()))

    async def outputs(self, data: execution_pb2.WorkflowExecutionGetDataResponse) -> literals_pb2.LiteralMap:
        """The outputs of an execution, fetched from the store where they were too big for the answer."""
        if data.full_outputs.literals or not data.outputs.url:
            return data.full_outputs
        return await self.in_thread(partial(self._download, data.outputs.url))

    async def in_thread(self, job: Callable[[], T]) -> T:
        """Run what blocks, with a stack of flytekit's contexts that nothing else shares."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            flyte_context_Var.set([self._context])
            try:
                settled: Callable[[], object] = partial(settle, future, job(), None)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
                settled = partial(settle, future, None, error)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settled)

        self._crew.submit(partial(contextvars.Context().run, work))
        return await future

    async def _to_literals(self, call: Call) -> literals_pb2.LiteralMap:
        entity, found = call.entity, literals_pb2.LiteralMap()
        signature = self._signature(entity)
        for name, value in {**signature.defaults, **call.inputs}.items():
            types = signature.inputs.get(name)
            if types is None:
                raise AssertionError(f"Received unexpected keyword argument '{name}' in function '{entity.name}'")
            try:
                literal = await TypeEngine.async_to_literal(self._context, value, types.python, types.flyte)
            except TypeTransformerFailedError as error:
                error.args = (f"Failed argument '{name}': {error.args[0]}",)
                raise
            found.literals[name].CopyFrom(literal.to_flyte_idl())
        missing = [name for name in signature.required if name not in found.literals]
        if missing:
            raise TypeError(f"{entity.name} is called without {', '.join(map(repr, missing))}")
        return found

    async def _to_python(self, entity: Any, outputs: literals_pb2.LiteralMap) -> Any:
        values = {}
        for name, types in self._signature(entity).outputs.items():
            if name not in outputs.literals:
                raise ValueError(f"{entity.name} ended without its output {name!r}")
            literal = Literal.from_flyte_idl(outputs.literals[name])
            values[name] = await TypeEngine.async_to_python_value(self._context, literal, types.python)
        return _result(values, entity.python_interface)

    def _signature(self, entity: Any) -> "_Signature":
        """What flytekit would work out anew for each call."""
        if id(entity) not in self._signatures:
            self._signatures[id(entity)] = _signature(entity)
        return self._signatures[id(entity)]

    def _download(self, address: str) -> literals_pb2.LiteralMap:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "literals.pb")
            self._context.file_access.get_data(address, path)
            with open(path, "rb") as file:
                return literals_pb2.LiteralMap.FromString(file.read())


def _signature(entity: Any) -> _Signature:
    interface = entity.python_interface
    # The cluster knows the defaults of launch plans, which are those with `fixed_inputs`, and no others.
    defaults = {} if interface is None or hasattr(entity, "fixed_inputs") else _defaults(interface)
    inputs, outputs = ({}, {}) if interface is None else (interface.inputs, interface.outputs)
    return _Signature(
        entity,
        defaults,
        _required(entity, defaults),
        _types(entity.interface.inputs, inputs),
        _types(entity.interface.outputs, outputs),
    )


def _defaults(interface: Interface) -> dict[str, Any]:
    """The inputs that need not be given: flytekit says None for no default, and a default of None is one of these."""
    return {
        name: default
        for name, (kind, default) in interface.inputs_with_defaults.items()
        if default is not None or UnionTransformer.is_optional_type(kind)
    }


def _required(entity: Any, defaults: dict[str, Any]) -> tuple[str, ...]:
    """The inputs that have to be given, as far as that is known here: of references only Flyte knows."""
    if isinstance(entity, ReferenceEntity | RemoteEntity):
        return ()
    if isinstance(entity, LaunchPlan):
        return tuple(name for name, parameter in entity.parameters.parameters.items() if parameter.required)
    bound = entity.bound_inputs if isinstance(entity, ArrayNodeMapTask) else ()
    return tuple(name for name in entity.interface.inputs if name not in defaults and name not in bound)


def _types(variables: dict[str, Any], known: dict[str, Any]) -> dict[str, _Types]:
    return {
        name: _Types(known.get(name) or TypeEngine.guess_python_type(variable.type), variable.type)
        for name, variable in variables.items()
    }


def _result(values: dict[str, Any], interface: Interface | None) -> Any:
    """One value as it is and several as a named tuple, as flytekit gives them to a local caller."""
    name = None if interface is None else interface.output_tuple_name
    if not values:
        return None
    if len(values) == 1 and name is None:
        return next(iter(values.values()))
    return collections.namedtuple(name or "DefaultNamedTupleOutput", values)(**values)  # noqa: PYI024 - as flytekit does


def _is_small(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) < _SMALL
    if type(value) in (list, tuple):
        return len(value) < _SMALL and all(type(item) in _PLAIN and _is_small(item) for item in value)
    return type(value) in _PLAIN


def _is_small_literal(literal: Any) -> bool:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return len(literal.collection.literals) < _SMALL and all(map(_is_primitive, literal.collection.literals))
    return _is_primitive(literal)


def _is_primitive(literal: Any) -> bool:
    return literal.WhichOneof("value") == "scalar" and literal.scalar.WhichOneof("value") in ("primitive", "none_type")
