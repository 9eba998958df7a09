"""Random eager programs that run: tasks passed through helpers, closures, containers, classes, branches and loops.

Everything in a program computes with small numbers. A *step* is anything that can be called with `x=` and gives a
number, or an awaitable of one: a task, a helper around it, a bound method, ... A program is drawn from the inside
out, so that it always runs to its end, whatever its input.
"""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

from hypothesis import strategies as st

TASKS = 6
INPUTS = (0, 1, 2, 5)

COMBINATORS = (Path(__file__).parent / "combinators.py").read_text(encoding="utf-8")

_PRELUDE = dedent("""
    import asyncio
    import steps
    from functools import partial, reduce

    from flytekit import eager
    from lib import combinators as lib
    from lib.combinators import *
    from steps import *
""").lstrip()


class Writer:
    """Draws the text of one program."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object], classic: bool) -> None:
        self._draw = draw
        self._classic = classic
        self._names = 0
        self._numbers = ["x"]
        self._steps: dict[bool, list[str]] = {False: [], True: []}
        self.definitions: list[str] = []

    def pick(self, options: list[str]) -> str:
        return str(self._draw(st.sampled_from(options)))

    def chance(self) -> bool:
        return bool(self._draw(st.booleans()))

    def fresh(self, stem: str) -> str:
        self._names += 1
        return f"{stem}{self._names}"

    # Steps: expressions whose value is called later.

    def step(self, waits: bool, depth: int) -> str:
        """An expression that is a step; `waits` for one that gives an awaitable."""
        if depth == 0:
            return self._known(waits)
        inner = self.step(waits, depth - 1)
        other = self._known(waits)
        forms = [
            inner,
            f"choose({self.number(0)} > 1, {inner}, {other})",
            f"({inner} if {self.number(0)} % 2 else {other})",
            f"wrapped({inner})",
            f"traced({inner})",
            f"partial({inner})",
            f"Holder({inner}).call",
            f"Holder({inner}).step",
            f"Nested.of({inner})",
            f"Nested({inner}).inner",
            f"first_of({inner}, {other})",
            f"first_of(a={inner}, b={other})",
            f"[{inner}, {other}][0]",
            f"({other}, {inner})[-1]",
            f"{{'a': {inner}, 'b': {other}}}['a']",
            f"{{'a': {inner}}}.get('a', {other})",
            f"Registry().add('a', {inner}).add('b', {other})['a']",
            f"(lambda step: lambda x: step(x=x))({inner})",
            f"partial(call, {inner})",
            f"partial(retry, {inner}, times=2)",
            f"switching({inner})",
            f"next(each_of({inner}, {other}))",
            f"list(each_of({other}, {inner}))[1]",
            f"Pair({inner}, {other}).first",
            f"Pair({other}, second={inner})[1]",
            f"Plan({inner}).step",
            f"Plan({other}, later=[{inner}]).later[0]",
            f"Mode.SLOW.of({other}, {inner})",
            f"dict(a={inner}, b={other})['a']",
            f"{{**{{'a': {other}}}, 'a': {inner}}}['a']",
            f"dict(zip('ab', ({inner}, {other})))['a']",
            f"[wrapped(step) for step in ({inner}, {other})][0]",
            f"list(map(traced, [{inner}]))[0]",
            f"reduce(lambda _, step: step, [{other}, {inner}])",
            f"lib.choose(True, {inner}, {other})",
            f"getattr(Holder({inner}), 'step')",
        ]
        if waits:
            forms.append(f"partial(awaiting, {inner})")
        return self.pick(forms)

    def _known(self, waits: bool) -> str:
        stems = ["later", "now"] if self._classic else ["later" if waits else "now"]
        tasks = [f"{stem}_{number}" for stem in stems for number in range(TASKS)]
        task = self.pick(
            [*tasks, *(f"steps.{task}" for task in tasks), *(f"getattr(steps, '{task}')" for task in tasks)]
        )
        return self.pick([task, *self._steps[waits]])

    # Numbers: expressions that may invoke steps.

    def number(self, depth: int) -> str:
        if depth == 0:
            return self.pick([*self._numbers, "1", "2"])
        waits = self._classic or self.chance()
        step, argument = self.step(waits, depth - 1), self.number(depth - 1)
        if not waits:
            forms = [
                f"{step}(x={argument})",
                f"sum(map({step}, [{argument}, 1]))" if step.startswith(("wrapped", "(lambda")) else f"{step}(x=1)",
                f"sum({step}(x=i) for i in range(2))",
                f"max([{argument}], key=lambda x: {step}(x=x))",
            ]
        else:
            forms = [
                f"(await {step}(x={argument}))",
                f"sum(await asyncio.gather({step}(x={argument}), {self.step(True, 0)}(x=1)))",
                f"sum(await asyncio.gather(*[{step}(x=i) for i in range(2)]))",
                f"(await asyncio.wait_for({step}(x={argument}), 20))",
                f"(await asyncio.create_task({step}(x={argument})))",
            ]
        return self.pick(forms)

    # Statements.

    def block(self, depth: int) -> str:
        """Statements that leave a number in a variable of their own."""
        numbers, steps = list(self._numbers), {waits: list(names) for waits, names in self._steps.items()}
        text = "\n".join(self.statement(depth) for _ in range(int(self.pick(["1", "2", "3"]))))
        self._numbers, self._steps = numbers, steps
        return text

    def statement(self, depth: int) -> str:
        forms = [self._assignment, self._naming, self._rebinding]
        if depth > 0:
            forms += [self._branch, self._loop_over_steps, self._loop, self._try, self._match, self._with, self._dead]
            forms += [
                self._nested_function,
                self._collected,
                self._queue,
                self._unpacked,
                self._table,
                self._lazy,
                self._asynchronous,
            ]
        form = forms[int(self.pick([str(index) for index in range(len(forms))]))]
        return form(depth)

    def _assignment(self, depth: int) -> str:
        return f"total += {self.number(min(depth, 2))}"

    def _naming(self, depth: int) -> str:
        waits = self._classic or self.chance()
        value = self.step(waits, min(depth, 2))
        name = self.fresh("step")
        self._steps[waits].append(name)
        return self.pick([f"{name} = {value}", f"if ({name} := {value}):\n    total += 1"])

    def _rebinding(self, depth: int) -> str:
        """A local whose first value is never called."""
        waits = self._classic or self.chance()
        name, first, second = self.fresh("again"), self.step(waits, 0), self.step(waits, 1)
        self._steps[waits].append(name)
        return f"{name} = {first}\n{name} = {second}"

    def _branch(self, depth: int) -> str:
        test = f"total % {self.pick(['2', '3'])} == {self.pick(['0', '1'])}"
        return f"if {test}:\n{_inner(self.block(depth - 1))}\nelse:\n{_inner(self.block(depth - 1))}"

    def _loop_over_steps(self, depth: int) -> str:
        waits = self._classic or self.chance()
        listed = f"[{self.step(waits, depth - 1)}, {self.step(waits, 0)}]"
        source = self.pick([listed, f"reversed({listed})", f"iter({listed})"])
        name = self.fresh("each")
        call = f"total += {'await ' if waits else ''}{name}(x=total % 5)"
        return f"for {name} in {source}:\n{_inner(call)}"

    def _loop(self, depth: int) -> str:
        name = self.fresh("i")
        body = self.block(depth - 1)
        jump = self.pick(["", "\nif total > 50:\n    break", "\nif total % 2:\n    continue"])
        after = f"\nelse:\n{_inner(self.block(depth - 1))}" if self.chance() else ""
        return f"for {name} in range(2):\n{_inner(body + jump)}{after}"

    def _try(self, depth: int) -> str:
        body, handler, final = (self.block(depth - 1) for _ in range(3))
        failing = "\nif total % 2:\n    raise ValueError(total)"
        return f"try:\n{_inner(body + failing)}\nexcept ValueError:\n{_inner(handler)}\nfinally:\n{_inner(final)}"

    def _match(self, depth: int) -> str:
        first, second = self.block(depth - 1), self.block(depth - 1)
        return f"match total % 3:\n    case 0:\n{_inner(first, 2)}\n    case other if other > 1:\n{_inner(second, 2)}"

    def _with(self, depth: int) -> str:
        waits = self._classic or self.chance()
        name, held = self.fresh("held"), self.step(waits, depth - 1)
        manager = self.pick(["with Holder", "with opened", "async with connected"])
        return f"{manager}({held}) as {name}:\n    total += {'await ' if waits else ''}{name}(x=total % 5)"

    def _dead(self, depth: int) -> str:
        test = self.pick(["if False:", "while False:", "for _ in ():"])
        return f"{test}\n{_inner(self.block(depth - 1))}"

    def _collected(self, depth: int) -> str:
        """A list that is filled in a loop and then gathered, or called."""
        waits = self._classic or self.chance()
        name, step = self.fresh("found"), self.step(waits, depth - 1)
        ending = f"sum(await asyncio.gather(*{name}))" if waits else f"sum({name})"
        return f"{name} = []\nfor i in range(2):\n    {name}.append({step}(x=i))\ntotal += {ending}"

    def _queue(self, depth: int) -> str:
        """A list that grows in every way and is worked off."""
        waits = self._classic or self.chance()
        name, first, second = self.fresh("queue"), self.step(waits, depth - 1), self.step(waits, 0)
        more = self.pick([".append({})", ".extend([{}])", ".insert(0, {})", " += [{}]", "[:0] = [{}]"]).format(second)
        work = f"total += {'await ' if waits else ''}{name}.pop({self.pick(['', '0'])})(x=total % 5)"
        return f"{name} = [{first}]\n{name}{more}\nwhile {name}:\n{_inner(work)}"

    def _unpacked(self, depth: int) -> str:
        waits = self._classic or self.chance()
        first, second = self.step(waits, depth - 1), self.step(waits, 0)
        name, rest = self.fresh("head"), self.fresh("rest")
        self._steps[waits].append(name)
        target = self.pick(
            [f"{name}, *{rest}", f"*{rest}, {name}", f"{rest}, {name}", f"({name}, {rest})", f"[{name}, *_]"]
        )
        return f"{target} = {first}, {second}"

    def _table(self, depth: int) -> str:
        """A dictionary that is changed before it is used."""
        waits = self._classic or self.chance()
        name, first, second = self.fresh("table"), self.step(waits, depth - 1), self.step(waits, 0)
        change = self.pick(
            [f"['b'] = {second}", f".update(b={second})", f".setdefault('a', {second})", f" |= {{'b': {second}}}"]
        )
        wait = "await " if waits else ""
        use = self.pick(
            [
                f"total += {wait}{name}['a'](x=total % 5)",
                f"total += {wait}{name}.pop('a')(x=1)",
                f"for key, value in {name}.items():\n    total += {wait}value(x=len(key))",
                f"match {name}:\n    case {{'a': found}}:\n        total += {wait}found(x=1)",
            ]
        )
        return f"{name} = {{'a': {first}}}\n{name}{change}\n{use}"

    def _lazy(self, depth: int) -> str:
        """A lazy iterator over steps that change before somebody takes its elements, and while somebody does."""
        waits = self._classic or self.chance()
        wait = "await " if waits else ""
        name, listed, value = self.fresh("lazy"), self.fresh("source"), self.fresh("value")
        first, second, third = self.step(waits, depth - 1), self.step(waits, 0), self.step(waits, 0)
        made = self.pick(
            [
                f"map(lambda step: step(x=total % 5), {listed})",
                f"(step(x=total % 5) for step in {listed})",
                f"({listed}[0](x=i) for i in range(2))",
                f"(step(x=i) for i, step in enumerate({listed}) if i < 2)",
                f"(found for found in map(lambda step: step(x=1), filter(None, iter({listed}))))",
                f"map(lambda pair: pair[1](x=pair[0]), zip([1, 2, 3], {listed}))",
                f"map(lambda step: {listed}[-1](x=1), reversed({listed}))",
            ]
        )
        changes = [f"{listed}.append({{}})", f"{listed}[0] = {{}}", f"{listed} = [{{}}]", f"{listed}.insert(0, {{}})"]
        change, again = self.pick(changes).format(second), self.pick(changes[:2]).format(third)
        use = self.pick(
            [
                f"total += {wait}next({name})\n{again}\nfor {value} in {name}:\n    total += {wait}{value}",
                f"for {value} in {name}:\n    total += {wait}{value}\n    if len({listed}) < 4:\n        {again}",
                f"if total % 2:\n    total += {wait}next({name})\n{again}\ntotal += {wait}next({name})",
                f"{value}, *_ = {name}\n{again}\ntotal += {wait}{value}",
                f"total += sum([{wait}{value} for {value} in {name}])",
                f"{listed} = {name} is None",
            ]
        )
        return f"{listed} = [{first}, {third}]\n{name} = {made}\n{change}\n{use}"

    def _asynchronous(self, depth: int) -> str:
        first, second, name = self.step(True, depth - 1), self.step(True, 0), self.fresh("running")
        return self.pick(
            [
                f"async for {name} in results([{first}, {second}], 1):\n    total += {name}",
                (
                    f"async with asyncio.TaskGroup() as group:\n    {name} = group.create_task({first}(x=1))\n"
                    f"total += {name}.result()"
                ),
                f"for {name} in asyncio.as_completed([{first}(x=1), {second}(x=2)]):\n    total += await {name}",
                f"{name} = {first}(x=1)\ntotal += await {second}(x=2)\ntotal += await {name}",
                f"{name} = {{'a': {first}(x=1)}}\ntotal += sum(await asyncio.gather(*{name}.values()))",
            ]
        )

    def _nested_function(self, depth: int) -> str:
        """A closure over what is in scope; it becomes a step."""
        waits = self._classic or self.chance()
        name, body = self.fresh("inner"), self.step(waits, depth - 1)
        self._steps[waits].append(name)
        return f"def {name}(x):\n    return {body}(x=x)"

    # Definitions.

    def helper(self) -> None:
        """A function of the module, sync or async, that becomes a step."""
        waits = self._classic or self.chance()
        name = self.fresh("helper")
        call = f"{'await ' if waits else ''}{self.step(waits, 1)}(x=x)"
        ending = f"if x > 1:\n    return {call}\nreturn x + {'await ' if waits else ''}{self._known(waits)}(x=1)"
        decorator = self.pick(
            ["", f"@register('{name}')\n", "@traced\n", "@wrapped\n", f"@traced\n@register('{name}')\n"]
        )
        self.definitions.append(f"{decorator}{'async ' if waits else ''}def {name}(x):\n{_inner(ending)}")
        self._steps[waits].append(name)
        if "register" in decorator:
            self._steps[waits].append(f"REGISTERED['{name}']")

    def eager(self) -> str:
        statements = [self.statement(2) for _ in range(int(self.pick(["2", "3", "4"])))]
        body = "\n".join(["total = x", *statements, f"total += {self.number(3)}", "return total % 7"])
        return f"@eager\nasync def flow(x: int) -> int:\n{_inner(body)}"


def _inner(text: str, levels: int = 1) -> str:
    return indent(text, "    " * levels)


def _steps_module() -> str:
    lines = ["from flytekit import task"]
    for number in range(TASKS):
        for keyword, stem in (("def", "now"), ("async def", "later")):
            result = f"return (x + {number}) % 5"
            lines.append(f"\n\n@task\n{keyword} {stem}_{number}(x: int) -> int:\n    {result}")
    return "\n".join([*lines, ""])


@st.composite
def programs(draw: Callable[[st.SearchStrategy[object]], object]) -> dict[str, str]:
    """The files of a program; `main.flow(x=...)` runs it."""
    classic = bool(draw(st.booleans()))
    writer = Writer(draw, classic)
    for _ in range(int(writer.pick(["0", "1", "2"]))):
        writer.helper()
    flow = writer.eager()
    prelude = _PRELUDE.replace("from flytekit import", "from flytekit.experimental import") if classic else _PRELUDE
    main = "\n\n\n".join([prelude, *writer.definitions, flow, ""])
    return {
        "main.py": main,
        "steps.py": _steps_module(),
        "lib/__init__.py": "",
        "lib/combinators.py": COMBINATORS,
    }
