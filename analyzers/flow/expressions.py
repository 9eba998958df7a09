"""The flow of expressions: what they invoke, in the order in which Python evaluates them."""

import ast
from collections.abc import Callable, Iterator, Sequence

from analyzers.flow.shape import NOTHING, branch, loop, sequence
from analyzers.flow.syntax import Comprehension, clause_header, never_empty, text
from analyzers.model.flow import Arm, Flow, Loop, LoopKind

Events = Callable[[ast.AST, Flow], Flow]


class Expressions:
    """Walks the expressions of one frame.

    `live` nodes have events in them; `events` puts those of one node behind the flow of its parts.
    """

    def __init__(self, live: frozenset[ast.AST], events: Events) -> None:
        self._live = live
        self.events = events

    def flow(self, *nodes: ast.AST | None) -> Flow:
        """The flow of the nodes, evaluated one after another."""
        return sequence(self._one(node) for node in nodes if node is not None and node in self._live)

    def choice(self, test: ast.expr, body: Flow, orelse: Flow) -> Flow:
        """The flow of a condition and of what depends on it."""
        arms = (Arm(text(test), body), Arm("else", orelse))
        return sequence((self.flow(test), branch(text(test), arms)))

    def _one(self, node: ast.AST) -> Flow:
        return self.events(node, self._parts(node))

    def _parts(self, node: ast.AST) -> Flow:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(test, self.flow(body), self.flow(orelse))
            case ast.BoolOp(op=op, values=values):
                return self._short_circuit(values, [text(value) for value in values[:-1]], isinstance(op, ast.And))
            case ast.Compare(left=left, comparators=[first, *rest]):
                return self._comparison(node, left, first, rest)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._comprehension(node, (node.elt,))
            case ast.DictComp():
                return self._comprehension(node, (node.key, node.value))
            case _:
                return self.flow(*_in_order(node))

    def _short_circuit(self, values: Sequence[ast.expr], tests: Sequence[str], truth: bool) -> Flow:
        """Each value after the first is evaluated only where all before it are true, or all false."""
        first, *rest = values
        if not rest:
            return self.flow(first)
        after = self._short_circuit(rest, tests[1:], truth)
        arms = (Arm(tests[0] if truth else f"not ({tests[0]})", after), Arm("else", NOTHING))
        return sequence((self.flow(first), branch(tests[0], arms)))

    def _comparison(self, node: ast.Compare, left: ast.expr, first: ast.expr, rest: Sequence[ast.expr]) -> Flow:
        always = self.flow(left, first)
        if not rest:
            return always
        begun = ast.Compare(left, node.ops[:1], [first])
        links = [ast.Compare(a, [op], [b]) for a, op, b in zip([first, *rest], node.ops[1:], rest, strict=False)]
        after: Flow = NOTHING
        for test, value in reversed(list(zip([begun, *links], rest, strict=False))):
            taken = sequence((self.flow(value), after))
            after = branch(text(test), (Arm(text(test), taken), Arm("else", NOTHING)))
        return sequence((always, after))

    def _comprehension(self, node: Comprehension, elements: tuple[ast.expr, ...]) -> Flow:
        outer, *_ = node.generators
        return sequence((self.flow(outer.iter), self._clauses(node.generators, elements)))

    def _clauses(self, clauses: Sequence[ast.comprehension], elements: tuple[ast.expr, ...]) -> Flow:
        if not clauses:
            return self.flow(*elements)
        clause, *inner = clauses
        nested = self.flow(inner[0].iter) if inner else NOTHING
        body = sequence((nested, self._clauses(inner, elements)))
        for condition in reversed(clause.ifs):
            body = self.choice(condition, body, NOTHING)
        return loop(
            Loop(
                LoopKind.COMPREHENSION,
                clause_header(clause, conditions=False),
                head=self.events(clause, NOTHING),
                body=body,
                orelse=NOTHING,
                starts=never_empty(clause.iter) and not clause.ifs,
                ends=True,
            )
        )


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of any other expression in evaluation order, which is that of their fields but for a few nodes."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if key is not None:
                    yield key
                yield value
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            if not isinstance(node, ast.Lambda):
                yield from node.decorator_list
            yield from node.args.defaults
            yield from (default for default in node.args.kw_defaults if default is not None)
        case ast.Assign(targets=targets, value=value):
            yield value
            yield from targets
        case ast.AnnAssign(target=target, value=value):
            if value is not None:
                yield value
            yield target
        case _:
            yield from ast.iter_child_nodes(node)
