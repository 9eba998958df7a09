"""The control graph of an eager function, made from its flow tree: nodes, control edges, regions."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from analyzers.flow.shape import NOTHING, escapes
from analyzers.model.flow import (
    Branch,
    Break,
    Continue,
    Flow,
    Helper,
    Invoke,
    Loop,
    LoopKind,
    Match,
    Origin,
    Parallel,
    Raise,
    Return,
    Sequence,
    Try,
    Unresolved,
    With,
)

# Nodes and edges carry plain JSON values only; `graph.graph["regions"]` lists the regions, outer before inner.
Graph: TypeAlias = "nx.MultiDiGraph[str]"


class Tail(NamedTuple):
    """An edge that still lacks its target."""

    node: str
    label: str = ""
    kind: str = "control"
    region: str | None = None


@dataclass(slots=True)
class Exits:
    """The ways out of a construct other than its end: jumps, and the nodes where an exception may come up."""

    returns: list[Tail] = field(default_factory=list)
    breaks: list[Tail] = field(default_factory=list)
    continues: list[Tail] = field(default_factory=list)
    raisers: list[str] = field(default_factory=list)

    def leave(self, outer: "Exits") -> None:
        """Hand the jumps on to the construct around."""
        outer.returns += self.returns
        outer.breaks += self.breaks
        outer.continues += self.continues


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a part of the tree stands: its region, where its jumps go, and whether it runs in every run."""

    exits: Exits
    region: str | None = None
    always: bool = True
    helper: bool = False


def control_graph(tree: Flow) -> Graph:
    """The graph of a flow tree: one start, and an end for each way in which the function ends."""
    return _Builder().function(tree)


class _Builder:
    """Adds nodes and edges in the order of the tree, so that ids and order come from the source alone."""

    def __init__(self) -> None:
        self._graph: Graph = nx.MultiDiGraph(regions=[])
        self._counts: dict[str, int] = {}

    def function(self, tree: Flow) -> Graph:
        exits = Exits()
        start = self._node("start", [], Scope(exits))
        tails = self._flow(tree, [Tail(start)], Scope(exits))
        passed = [tail for tail in exits.returns if self._graph.nodes[tail.node]["kind"] != "return"]
        if tails or passed:
            self._node("end", [*tails, *passed], Scope(exits, always=False))
        return self._graph

    def _flow(self, tree: Flow, tails: list[Tail], scope: Scope) -> list[Tail]:
        """Add a tree behind `tails`, and give the tails behind it; what nothing leads to is left out."""
        if not tails:
            return []
        match tree:
            case Sequence():
                return self._sequence(tree, tails, scope)
            case Parallel():
                return self._parallel(tree, tails, scope)
            case Branch():
                return self._branch(tree, tails, scope)
            case Loop():
                return self._loop(tree, tails, scope)
            case Try():
                return self._try(tree, tails, scope)
            case Match():
                return self._match(tree, tails, scope)
            case With():
                return self._flow(tree.body, tails, self._region(scope, "with", f"with {tree.items}"))
            case Helper():
                return self._helper(tree, tails, scope)
            case Invoke() | Unresolved():
                return [Tail(self._call(tree, tails, scope))]
            case Return() | Raise() | Break() | Continue():
                self._jump(tree, tails, scope)
                return []

    def _sequence(self, tree: Sequence, tails: list[Tail], scope: Scope) -> list[Tail]:
        for child in tree.children:
            tails = self._flow(child, tails, scope)
            if escapes(child):
                scope = replace(scope, always=False)
        return tails

    def _parallel(self, tree: Parallel, tails: list[Tail], scope: Scope) -> list[Tail]:
        inner = self._region(scope, "parallel", tree.how, joined=tree.joined)
        if len(tree.children) == 1:
            (child,) = tree.children
            if tree.joined:
                return self._flow(child, tails, inner)
            if isinstance(child, Invoke | Unresolved):
                return [Tail(self._call(child, tails, inner, detached=True))]
        fork = self._node("fork", tails, inner)
        ends = [tail for child in tree.children for tail in self._flow(child, [Tail(fork)], inner)]
        if not ends and tree.joined:
            return []
        join = self._node("join", ends or [Tail(fork)], inner, fork=fork, joined=tree.joined)
        return [Tail(join)]

    def _branch(self, tree: Branch, tails: list[Tail], scope: Scope) -> list[Tail]:
        choice = self._node("choice", tails, scope, title=tree.test or "one of several candidates")
        inner = replace(scope, always=False)
        arms = [self._flow(arm.body, [Tail(choice, arm.label)], inner) for arm in tree.arms]
        return [tail for arm in arms for tail in arm]

    def _loop(self, tree: Loop, tails: list[Tail], scope: Scope) -> list[Tail]:
        exits = Exits(returns=scope.exits.returns, raisers=scope.exits.raisers)
        around = self._region(scope, "loop", tree.header)
        head = self._node("loop", tails, around, title=tree.header)
        inner = replace(around, exits=exits)
        tested = self._flow(tree.head, [Tail(head)], inner)
        again, done = ("true", "false") if tree.kind is LoopKind.WHILE else ("each", "done")
        into = [tail._replace(label=again if tree.ends else "") for tail in tested]
        rounds = self._flow(tree.body, into, replace(inner, always=scope.always and tree.starts))
        self._connect([*rounds, *exits.continues], head)
        ended = [tail._replace(label=done) for tail in tested] if tree.ends else []
        return [*self._flow(tree.orelse, ended, replace(scope, always=False)), *exits.breaks]

    def _try(self, tree: Try, tails: list[Tail], scope: Scope) -> list[Tail]:
        exits = Exits()
        inner = self._region(replace(scope, exits=exits), "try", "try")
        entry = self._node("try", tails, inner)
        exits.raisers.append(entry)
        ends = self._flow(tree.body, [Tail(entry)], inner)
        caught, exits.raisers = exits.raisers, []
        after = replace(scope, exits=exits)
        ends = self._flow(tree.orelse, ends, after)
        for handler in tree.handlers:
            raised = self._raised(caught, f"except {handler.catches}".rstrip(), inner)
            ends += self._flow(handler.body, raised, replace(after, always=False))
        if not any(handler.total for handler in tree.handlers):
            exits.raisers += caught
        return self._final(tree.final, ends, exits, scope, inner)

    def _final(self, final: Flow, ends: list[Tail], exits: Exits, scope: Scope, inner: Scope) -> list[Tail]:
        """A `finally` clause stands in every way out; behind it each way goes on to where it was going."""
        if final == NOTHING:
            exits.leave(scope.exits)
            scope.exits.raisers += exits.raisers
            return ends
        raised = self._raised(exits.raisers, "exception", inner)
        jumps = [*exits.returns, *exits.breaks, *exits.continues]
        behind = self._flow(final, [*ends, *jumps, *raised], self._region(scope, "finally", "finally"))
        after = Exits(
            returns=[tail._replace(label="return") for tail in behind if exits.returns],
            breaks=[tail._replace(label="break") for tail in behind if exits.breaks],
            continues=[tail._replace(label="continue") for tail in behind if exits.continues],
        )
        after.leave(scope.exits)
        return behind if ends else []

    def _raised(self, raisers: Iterable[str], label: str, inner: Scope) -> list[Tail]:
        return [Tail(node, label, "exception", inner.region) for node in raisers]

    def _match(self, tree: Match, tails: list[Tail], scope: Scope) -> list[Tail]:
        choice = self._node("choice", tails, scope, title=f"match {tree.subject}")
        scope = replace(scope, always=False)
        undecided = [Tail(choice)]
        ends: list[Tail] = []
        for case in tree.cases:
            title = f"case {case.pattern}{f' if {case.test}' if case.test else ''}"
            chosen = [tail._replace(label=title) for tail in undecided]
            guarded = self._flow(case.guard, chosen, scope)
            taken = [tail._replace(label="true") for tail in guarded] if case.guard != NOTHING else chosen
            ends += self._flow(case.body, taken, scope)
            if case.guard != NOTHING:
                undecided += guarded
            if case.total:
                undecided = []
        return [*ends, *(tail._replace(label="else") for tail in undecided)]

    def _helper(self, tree: Helper, tails: list[Tail], scope: Scope) -> list[Tail]:
        if tree.body is None:
            node = self._node("helper", tails, scope, **_helper_facts(tree))
            scope.exits.raisers.append(node)
            return [Tail(node)]
        exits = Exits(raisers=scope.exits.raisers)
        always = scope.always and not tree.origin.optional
        inner = self._region(scope, "helper", tree.function, over=list(tree.origin.over), optional=tree.origin.optional)
        ends = self._flow(tree.body, tails, replace(inner, exits=exits, always=always, helper=True))
        # Where every run of the body raises, a helper that may be skipped still lets the control pass.
        passing = tails if tree.origin.many or tree.origin.optional else []
        return [*ends, *exits.returns] or passing

    def _call(self, tree: Invoke | Unresolved, tails: list[Tail], scope: Scope, detached: bool = False) -> str:
        facts = _invocation_facts(tree) if isinstance(tree, Invoke) else _unresolved_facts(tree)
        inner = replace(scope, always=scope.always and not tree.origin.optional)
        kind = "invoke" if isinstance(tree, Invoke) else "unresolved"
        node = self._node(kind, tails, inner, detached=detached, **facts, **_origin_facts(tree.origin))
        scope.exits.raisers.append(node)
        return node

    def _jump(self, tree: Return | Raise | Break | Continue, tails: list[Tail], scope: Scope) -> None:
        match tree:
            case Return():
                shown = tails if scope.helper else [Tail(self._return(tree, tails, scope))]
                scope.exits.returns.extend(shown)
            case Raise():
                title = f"raise {tree.exception}".rstrip()
                scope.exits.raisers.append(self._node("raise", tails, scope, title=title))
            case Break():
                scope.exits.breaks.extend(tails)
            case Continue():
                scope.exits.continues.extend(tails)

    def _return(self, tree: Return, tails: list[Tail], scope: Scope) -> str:
        return self._node("return", tails, scope, title=f"return {tree.value}".rstrip(), plain=tree.plain)

    def _node(self, kind: str, tails: Iterable[Tail], scope: Scope, **facts: Any) -> str:
        name = self._name(facts.get("site") or kind)
        self._graph.add_node(name, kind=kind, region=scope.region, always=scope.always, **facts)
        self._connect(tails, name)
        return name

    def _name(self, wanted: str) -> str:
        count = self._counts[wanted] = self._counts.get(wanted, 0) + 1
        if "#" in wanted:
            return wanted if count == 1 else f"{wanted}~{count}"
        return f"{wanted}{count}"

    def _connect(self, tails: Iterable[Tail], target: str) -> None:
        for tail in dict.fromkeys(tails):
            self._graph.add_edge(tail.node, target, kind=tail.kind, label=tail.label, region=tail.region)

    def _region(self, scope: Scope, kind: str, title: str, **facts: Any) -> Scope:
        name = self._name(f"region-{kind}")
        self._graph.graph["regions"].append({"id": name, "kind": kind, "title": title, "parent": scope.region} | facts)
        return replace(scope, region=name)


def _invocation_facts(tree: Invoke) -> dict[str, Any]:
    invocation = tree.invocation
    return {
        "site": invocation.site,
        "entity": invocation.entity.name,
        "entity_kind": str(invocation.entity.kind),
        "consumed": str(invocation.consumed),
        "certain": invocation.certain,
        "path": invocation.place.path,
        "line": invocation.place.line,
        "column": invocation.place.column,
    }


def _unresolved_facts(tree: Unresolved) -> dict[str, Any]:
    call = tree.call
    return {
        "site": call.site,
        "title": call.text,
        "reason": call.reason,
        "hint": call.hint,
        "path": call.place.path,
        "line": call.place.line,
        "column": call.place.column,
    }


def _helper_facts(tree: Helper) -> dict[str, Any]:
    return {"title": tree.function, "inside": list(tree.inside)} | _origin_facts(tree.origin)


def _origin_facts(origin: Origin) -> dict[str, Any]:
    return {"over": list(origin.over), "many": origin.many, "optional": origin.optional}
