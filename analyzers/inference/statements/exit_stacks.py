"""Exit stacks: what they call back when they are left."""

import ast
from functools import partial

from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, join, ordered
from analyzers.inference.domain.values import Arguments, Deferred, Generator, Obj, Values
from analyzers.inference.statements.patches import Patches

STACK = "exit stack"
_LENT = "lent"
"""The cell of a stack that a generator leaves, whose `yield` is interpreted together with what follows it."""
ANY_ERROR = join(NONE, PLAIN)
"""What `__exit__` is given where it is not known whether the block failed."""
AS_EXIT = Arguments((ANY_ERROR,) * 3)


class ExitStacks(Patches):
    """What was put on a stack, in the order of the source: a loop may have put it there any number of times."""

    def keep_in(self, stack: Obj, values: Values, node: ast.expr) -> None:
        """Calls and other stacks that come when the stack is left, which a generator may do that has yielded it."""
        self.smash(stack, values)
        if self.read((stack, _LENT)):
            self.repeated(partial(self._call_kept, stack, values, node))

    def unwind(self, stack: Obj, node: ast.expr) -> None:
        """Call back what a stack was given: any number of times, since a loop may have given it."""
        functions = [activation.function for activation in self.stack if activation.function is not None]
        if any(scope_of(function.node).generator for function in functions):
            self.write((stack, _LENT), PLAIN)
        self.repeated(lambda: self._call_kept(stack, self.elements(stack), node))

    def _call_kept(self, stack: Obj, kept: Values, node: ast.expr) -> Values:
        for value in ordered(kept):
            if isinstance(value, Deferred):
                point = CallPoint(value.call, node, direct=False, module=value.module)
                result = self.call(value.function, value.arguments, point)
                self.escaped(result, node)
                if value.arguments == AS_EXIT and self.truth_of(result) is not False:
                    self.note_swallowing(stack)
            elif isinstance(value, Generator):
                self.go_on([value], node)
            elif isinstance(value, Obj) and value.kind == STACK:
                self.unwind(value, node)
                self.write((value, _LENT), self.read((stack, _LENT)))
        return EMPTY
