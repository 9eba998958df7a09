"""The picture of a run on a terminal."""

from eagerc_runtime.programs.following import SHOWN, Invocation, picture
from flytekit.models.core.execution import WorkflowExecutionPhase as Phase
from rich.console import Console


def shown(invocation: Invocation) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(picture(invocation))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_nested_invocations_are_subtrees() -> None:
    slow = Invocation("e1-slow", "m.slow", Phase.SUCCEEDED, 1.25)
    inner = Invocation("e1-inner", "m.inner", Phase.FAILED, 2, (slow, slow._replace(phase=Phase.RUNNING)))
    assert shown(Invocation("r1", "m.main", Phase.RUNNING, 0, (inner,))) == (
        "… m.main  running  r1\n"
        "└── ✗ m.inner  failed after 2.0 s  e1-inner\n"
        "    ├── ✓ m.slow  succeeded after 1.2 s  e1-slow\n"
        "    └── … m.slow  running  e1-slow"
    )


def test_of_many_invocations_the_last_are_shown() -> None:
    children = tuple(Invocation(f"e{i}", "m.one", Phase.SUCCEEDED if i else Phase.RUNNING, i) for i in range(1000))
    lines = shown(Invocation("r1", "m.main", Phase.RUNNING, 0, children)).splitlines()
    assert len(lines) == SHOWN + 2
    assert lines[1] == f"├── {1000 - SHOWN} before these, {1000 - SHOWN - 1} of them ended"
    assert lines[-1].endswith("e999")
