"""The case library as a measure: each case that runs, what its runs invoked, and how well a tool says so beforehand."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from tests.inference import cases
from tests.inference.cases import Case
from tests.inference.oracle import Oracle


class Program(NamedTuple):
    """A case on disk, and the entities that each of its eager functions invoked when it ran."""

    case: Case
    folder: Path
    invoked: Mapping[str, frozenset[str]]

    @property
    def root(self) -> Path:
        """The folder that module names count from."""
        source = self.folder / "src"
        return source if source.is_dir() else self.folder


def programs(library: Path, folder: Path) -> list[Program]:
    """Write every case of `library` that can run below `folder`, and run it."""
    oracle = Oracle()
    found = []
    for page in cases.pages(library):
        case = cases.read(page)
        if case.mode == "static":
            continue
        place = folder / case.name.replace("/", "-")
        cases.write(place, case.files)
        recording = oracle.run(place, [run.text for run in case.runs])
        invoked = {name: recording.invoked.get(name, frozenset()) for name in case.inferred}
        found.append(Program(case, place, invoked))
    oracle.close()
    return found


class Score:
    """Invocations found and missed, counted as entities of eager functions."""

    def __init__(self) -> None:
        self._invoked = self._found = self._listed = self._right = 0
        self.wrong: list[str] = []

    def count(self, program: Program, function: str, listed: AbstractSet[str], covered: bool = False) -> None:
        """Count one eager function; `covered` where the tool says that it may invoke more than is listed."""
        invoked = program.invoked[function]
        self._invoked += len(invoked)
        self._found += len(invoked if covered else invoked & listed)
        missed = frozenset() if covered else invoked - listed
        false = frozenset()
        if program.case.mode == "exact":
            self._listed += len(listed)
            self._right += len(invoked & listed)
            false = listed - invoked
        for verdict, entities in (("missed", missed), ("false", false)):
            self.wrong += [f"{program.case.name}: {function}: {verdict} {entity}" for entity in sorted(entities)]

    @property
    def recall(self) -> float:
        """The share of what runs invoked that was listed, or covered by an unresolved call."""
        return self._found / max(self._invoked, 1)

    @property
    def precision(self) -> float:
        """The share of what was listed that some run invoked, over the cases whose runs take every branch."""
        return self._right / max(self._listed, 1)
