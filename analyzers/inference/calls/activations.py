"""Activations: how a helper's body is entered with its parameters, remembered and bounded."""

import ast

from analyzers.inference.domain.records import TO_THE_END, Activation, CallPoint, HelperRecord, Memo, Pace, Unresolvable
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, EMPTY, NONE, PLAIN, const, join, joined, only
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    Coroutine,
    Deferred,
    Env,
    Function,
    Future,
    Generator,
    Obj,
    Owner,
    Partial,
    Pending,
    Value,
    Values,
)
from analyzers.inference.objects.instances import Instances
from analyzers.model.calls import Category

WIDENING_DEPTH = 2
"""From how many open activations of one function on a further one stands for all deeper ones, arguments joined."""
GENERATION_LIMIT = 4
"""From how many helpers behind the arguments on, each given what the one before made, contexts are counted."""
LATE_CONTEXTS = 6
"""How many of those a call may have: so many steps of a builder stay apart. All further ones are one, joined."""
NESTING_LIMIT = 1200
"""How many helpers may be open at once."""
_ITERATIONS = 20


class Activations(Instances):
    """Entering the bodies of functions."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.depths: dict[ast.AST, int] = {}
        self.epoch = 0
        self.settling = False
        self.generations: dict[Owner, int] = {}
        self.defaults: dict[tuple[ast.AST, Owner], list[Values]] = {}

    def enter(self, function: Function, arguments: Arguments, point: CallPoint, pace: Pace = TO_THE_END) -> Values:
        """Interpret a helper's body for these arguments; a finished activation that still holds is used again."""
        if len(self.stack) >= NESTING_LIMIT or self.spent():
            return self._too_deep(function, point)
        activation_key, arguments = self._context(function, arguments, point)
        key = (activation_key, function, arguments, pace)
        chain = (*self.here.chain, self.module_of(point).place(point.node))
        frame = self.frame_for(activation_key, function, chain)
        self.event(point.at, activation_key, HelperRecord(frame.function, frame.number, point.node, chain[-1]))
        if activation_key in self.active:
            return self._answer(self.active[activation_key], arguments)
        for memo in self.run.memos.get(key, ()):
            if self._holds(memo):
                frame.reused += 1
                self._replay(memo)
                self.note_raised(memo.raised)
                return self._returned(memo.result, point)
        owner = self.owners.setdefault(activation_key, ("frame", len(self.owners)))
        self.generations.setdefault(owner, self._generation(function, arguments) + 1)
        scope = scope_of(function.node)
        env = self.envs.setdefault(owner, Env(owner, function.env.module, _inside(function), scope.names, function.env))
        activation = Activation(env, frame, chain, function, self.store.mark())
        activation.arguments = arguments
        activation.pace = pace
        activation.index = activation.needs = len(self.stack)
        return self._returned(self._activate(key, activation_key, activation), point)

    def _returned(self, result: Values, point: CallPoint) -> Values:
        """The result of a helper; one that never comes back ends the statement that only calls it."""
        if not result:
            self.here.ended_by = point.node
        return result

    def _context(self, function: Function, arguments: Arguments, point: CallPoint) -> tuple[object, Arguments]:
        """What tells this activation from others, and its arguments.

        It is the call and the arguments, unless one of two things could go on without end: recursion, in which one
        activation stands for all deeper ones; and values that were made by helpers that were given what helpers made,
        and so on, as in a loop over states. From some generation on a call has one context, its arguments joined.
        """
        if self.depths.get(function.node, 0) >= WIDENING_DEPTH:
            return function.node, arguments
        if self._generation(function, arguments) < GENERATION_LIMIT:
            return (function, arguments, point.node), arguments
        slot = (function.node, point.node)
        late = self.run.late.setdefault(slot, set())
        if len(late) < LATE_CONTEXTS or (function, arguments) in late:
            late.add((function, arguments))
            return (function, arguments, point.node), arguments
        joined_arguments = _joined_arguments(self.run.joined.get(slot, arguments), arguments)
        self.run.joined[slot] = joined_arguments
        return slot, joined_arguments

    def _generation(self, function: Function, arguments: Arguments) -> int:
        """How many helpers, each of which was given what the one before made, are behind some values."""
        owners = [function.env.owner]
        waiting: list[Value] = [value for values in arguments.all for value in values]
        while waiting:
            value = waiting.pop()
            match value:
                case Obj(owner=owner) | Pending(key=(_, owner, _)) | Function(env=Env(owner=owner)):
                    owners.append(owner)
                case Bound(function=inner, receiver=receiver):
                    waiting += (inner, receiver)
                case Partial(arguments=given) | Coroutine(arguments=given) | Deferred(arguments=given):
                    waiting += (inner for values in given.all for inner in values)
                case Generator(arguments=given, owner=owner):
                    owners.append(owner)
                    waiting += (inner for values in given.all for inner in values)
                case Future(result=result):
                    waiting += result
                case _:
                    pass
        return max(self.generations.get(_frame_of(owner), 0) for owner in owners)

    def _answer(self, head: Activation, arguments: Arguments) -> Values:
        """A recursive call: what its open activation gives so far; more arguments make that one run again."""
        if head.pace != TO_THE_END:
            head.pace = TO_THE_END
            head.grown = True
        wider = _joined_arguments(head.arguments, arguments)
        if wider != head.arguments:
            head.arguments = wider
            head.grown = True
        head.answered = True
        self.note_raised(ANY_EXCEPTION)
        self._depend_on(head.index)
        return head.result

    def _depend_on(self, index: int) -> None:
        """What is open above an open activation depends on a result that is not final."""
        for activation in self.stack[index + 1 :]:
            activation.needs = min(activation.needs, index)

    def _holds(self, memo: Memo) -> bool:
        if memo.epoch is not None and memo.epoch != self.epoch:
            return False
        return all(self.store.get(location) == values for location, values in memo.reads.items())

    def _activate(self, key: object, activation_key: object, activation: Activation) -> Values:
        function = activation.function
        assert function is not None
        self.depths[function.node] = self.depths.get(function.node, 0) + 1
        self.active[activation_key] = activation
        self.stack.append(activation)
        try:
            writes = self._iterate(function, activation)
        finally:
            self.stack.pop()
            del self.active[activation_key]
            self.depths[function.node] -= 1
        self.store.merge([writes])
        self.note_raised(activation.raised)
        self._remember(key, activation, writes)
        return activation.result

    def _iterate(self, function: Function, activation: Activation) -> Delta:
        """Interpret the body, again while a recursive call was answered with less than the final result."""
        writes: Delta = {}
        settling = self.settling
        for _ in range(_ITERATIONS):
            before = activation.result
            activation.answered = activation.grown = False
            writes = self._run_body(function, activation)
            if not activation.answered or (activation.result == before and not activation.grown):
                break
            self.store.apply(writes)
            self.epoch += 1
            self.settling = True
        else:
            self.run.unsettled = True
        self.settling = settling
        return writes

    def _run_body(self, function: Function, activation: Activation) -> Delta:
        mark = activation.mark = self.store.mark()
        activation.returns = []
        activation.frame.entered += 1
        self._bind_parameters(function, activation)
        scope = scope_of(function.node)
        if scope.generator:
            activation.raised = join(activation.raised, ANY_EXCEPTION)
            return self.run_generator(function, activation, mark)
        self.run_to_returns(function, activation, mark)
        self.store.merge(self.outside(activation, activation.returns))
        return self.store.rewind(mark)

    def outside(self, activation: Activation, ways: list[Delta]) -> list[Delta]:
        """What a body leaves behind: not its own variables, unless functions inside see them."""
        function, owner = activation.function, activation.home
        if function is not None and scope_of(function.node).captured:
            return ways
        return [{k: v for k, v in delta.items() if k[0] is not owner} for delta in ways]

    def keep_between_yields(self, activation: Activation, written: Delta) -> None:
        """Whoever iterates sees what a generator writes between two yields, not only what it leaves at its end."""
        for location, values in written.items():
            if location[0] is not activation.home and (location[0], "born") not in written:
                self.store.add(location, values)

    def run_to_returns(self, function: Function, activation: Activation, mark: int) -> None:
        if isinstance(function.node, ast.Lambda):
            activation.result = join(activation.result, self.evaluate(function.node.body))
            activation.returns.append(self.store.rewind(mark))
        elif self.execute(function.node.body):
            activation.result = join(activation.result, NONE)
            activation.returns.append(self.store.rewind(mark))
        else:
            self.store.rewind(mark)

    def _replay(self, memo: Memo) -> None:
        if memo.epoch is not None:
            self._depend_on(memo.needs)
        for location, values in memo.reads.items():
            if location not in self.here.written and location[0] is not self.here.home:
                self.here.reads.setdefault(location, values)
        again = {owner for owner, what in memo.writes if what == "born" and self.store.get((owner, what))}
        self.summaries.update(owner for owner in again if isinstance(owner, Obj | Generator))
        for location, values in memo.writes.items():
            (self.weaken if location[0] in again else self.write)(location, values)

    def _remember(self, key: object, activation: Activation, writes: Delta) -> None:
        caller = self.here
        for location, values in activation.reads.items():
            if location not in caller.written and location[0] is not caller.home:
                caller.reads.setdefault(location, values)
        caller.written.update(location for location in writes if location[0] is not caller.home)
        final = activation.needs >= activation.index
        memos = self.run.memos.setdefault(key, [])
        epoch = None if final else self.epoch
        memos.append(Memo(activation.reads, writes, activation.result, activation.raised, activation.needs, epoch))
        if activation.answered:
            self.epoch += 1

    def _too_deep(self, function: Function, point: CallPoint) -> Values:
        name = "<lambda>" if isinstance(function.node, ast.Lambda) else function.node.name
        reason = f"`{name}` was not followed any further: calls are nested too deeply here"
        hint = "call the entity from a less deeply nested helper"
        self.note_raised(ANY_EXCEPTION)
        return self.unresolved(point, Unresolvable(Category.DEPTH_BOUND, reason, hint))

    # Parameters.

    def with_defaults(self, function: Function) -> Function:
        """A function with its defaults, which are evaluated where it is defined."""
        arguments = function.node.args
        nodes = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
        values = [self.evaluate(node) for node in nodes]
        if not any(_refers(values, function.node) for values in values):
            return function.replaced(defaults=tuple(values))
        key = (function.node, function.env.owner)
        old = self.defaults.get(key, [EMPTY] * len(values))
        self.defaults[key] = [join(a, b) for a, b in zip(old, values, strict=True)]
        return function

    def _bind_parameters(self, function: Function, activation: Activation) -> None:
        spec = function.node.args
        given = activation.arguments
        defaults = self.defaults_of(function)
        positional = [*spec.posonlyargs, *spec.args]
        loose = join(given.star or EMPTY, given.double_star or EMPTY)
        for index, parameter in enumerate([*positional, *spec.kwonlyargs]):
            known = EMPTY
            if index < len(positional) and index < len(given.positional):
                known = given.positional[index]
            name = self.env.mangled(parameter.arg)
            known = known or given.keyword(name)
            self.bind(name, known or join(loose, defaults.get(parameter.arg, EMPTY)))
        names = {self.env.mangled(parameter.arg) for parameter in (*spec.args, *spec.kwonlyargs)}
        if spec.vararg:
            self.bind(spec.vararg.arg, self._rest(spec.vararg, given, len(positional)))
        if spec.kwarg:
            self.bind(spec.kwarg.arg, self._keyword_rest(spec.kwarg, given, names))

    def defaults_of(self, function: Function) -> dict[str, Values]:
        spec = function.node.args
        positional = [*spec.posonlyargs, *spec.args]
        named = positional[len(positional) - len(spec.defaults) :]
        named += [p for p, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default]
        values = function.defaults or self.defaults.get((function.node, function.env.owner), [EMPTY] * len(named))
        return {parameter.arg: value for parameter, value in zip(named, values, strict=True)}

    def _rest(self, node: ast.arg, given: Arguments, taken: int) -> Values:
        extra = list(given.positional[taken:])
        if given.star is None:
            return self.sequence("tuple", node, extra)
        return self.many("tuple", node, joined([given.star, *extra]))

    def _keyword_rest(self, node: ast.arg, given: Arguments, names: set[str]) -> Values:
        obj = self.new_dict(node)
        for name, values in given.keywords:
            if name not in names:
                self.store_item(obj, const(name), values)
        if given.double_star is not None:
            self.store_item(obj, PLAIN, given.double_star)
        return only(obj)


def _joined_arguments(first: Arguments, second: Arguments) -> Arguments:
    shape = [name for name, _ in first.keywords]
    if len(first.positional) == len(second.positional) and shape == [name for name, _ in second.keywords]:
        positional = tuple(join(a, b) for a, b in zip(first.positional, second.positional, strict=True))
        keywords = tuple((n, join(a, b)) for (n, a), (_, b) in zip(first.keywords, second.keywords, strict=True))
        star = None if first.star is None and second.star is None else join(first.star or EMPTY, second.star or EMPTY)
        double = None
        if first.double_star is not None or second.double_star is not None:
            double = join(first.double_star or EMPTY, second.double_star or EMPTY)
        return Arguments(positional, keywords, star, double)
    everything = joined([*first.all, *second.all])
    return Arguments((), (), everything, everything)


def _refers(values: Values, node: ast.AST) -> bool:
    """Whether a function made at `node` is among the values, or a default of those: that could go on without end."""
    functions = [value for value in values if isinstance(value, Function)]
    return any(one.node is node or any(_refers(inner, node) for inner in one.defaults) for one in functions)


def _frame_of(owner: Owner) -> Owner:
    """The activation that an object was made in, whatever turn of a loop it was made in."""
    kind, detail = owner
    return detail[0] if kind == "turn" and isinstance(detail, tuple) else owner


def _inside(function: Function) -> str:
    name = "<lambda>" if isinstance(function.node, ast.Lambda) else function.node.name
    return f"{function.env.qualname}.{name}" if function.env.qualname else name
