"""Why eager functions depend on an entity, for a person at a terminal."""

from collections.abc import Iterator

from analyzers.chains import Action, Chain, Step
from eagerc import terminal
from eagerc.explanations import Explanation
from eagerc.report.drawing import Node, drawn
from eagerc.report.headings import heading
from eagerc.report.numbers import counted
from eagerc.terminal import painted, visible


def report(explanation: Explanation, colour: bool) -> Iterator[str]:
    """A tree for each eager function that reaches the entity: the shortest chain to each call site."""
    for function, chains in explanation.functions:
        yield from drawn(Node(heading(function, colour), (), tuple(_chain(chain, colour) for chain in chains)))
        yield ""
    if not explanation.functions:
        yield visible(f"No eager function here is known to reach {explanation.entity}.")
    if explanation.unresolved:
        calls = counted(explanation.unresolved, "call")
        yield f"{calls} could not be decided and may reach it too; `eagerc deps` lists them without --why."


def _chain(chain: Chain, colour: bool) -> Node:
    use = f", {chain.invocation.consumed.value}" + ("" if chain.invocation.certain else ", one of several candidates")
    last = max(at for at, step in enumerate(chain.steps) if step.action is Action.INVOKES)
    lines = [_step(step, colour) + (use if at == last else "") for at, step in enumerate(chain.steps)]
    return Node(lines[0], tuple(lines[1:]), ())


def _step(step: Step, colour: bool) -> str:
    kind = painted(step.kind.replace("_", " "), terminal.BLUE, colour)
    place = painted(visible(str(step.place)), terminal.DIM, colour)
    if step.action is Action.RUNS:
        return f"which runs {visible(step.name)}  {place}  {kind}"
    return f"{place}  {step.action.value} {visible(step.name)}  {kind}"
