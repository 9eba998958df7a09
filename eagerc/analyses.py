"""The analyses of what a command line names: one for all paths that share a configuration."""

import os
import stat
from collections.abc import Iterable, Sequence

from analyzers.analysis import Analysis, analyze
from analyzers.model.record import Record
from analyzers.model.settings import Settings
from analyzers.project import SourceError
from eagerc import configuration
from eagerc.failures import UsageError


class Configured(Record):
    """An analysis and the settings that it was made with; `configuration` is the file that they come from.

    `others` are the configurations of the analyses made with it. `nested` is true where the configuration was found
    inside a folder that was asked for.
    """

    configuration: str | None
    settings: Settings
    analysis: Analysis
    nested: bool
    others: frozenset[str | None] = frozenset()

    def owns(self, path: str) -> bool:
        """Whether what this analysis says about a file counts.

        A folder may hold folders with configurations of their own. Its analysis sees them too, but there theirs counts.
        """
        return _configuration(path) not in self.others


def analyses(paths: Sequence[str]) -> tuple[Configured, ...]:
    """Analyse files and folders, each file under the configuration that is nearest to it.

    Raises `UsageError` for what does not exist before anything is read.
    """
    demand_existing(paths)
    asked = _grouped(paths)
    pending = dict(asked)
    done: dict[str | None, Configured] = {}
    while pending:
        file, group = pending.popitem()
        settings = configuration.load(file)
        made = Configured(file, settings, analyze(group, settings), file not in asked)
        done[file] = made
        for other in {_configuration(path) for path in _paths(made.analysis)} - done.keys() - pending.keys():
            if other is not None:
                pending[other] = [os.path.dirname(other)]
    return tuple(
        done[file].replaced(others=frozenset(done) - {file}) for file in sorted(done, key=lambda file: file or "")
    )


def analysis_of_all(paths: Sequence[str]) -> Configured:
    """One analysis of files and folders, under the configuration that is nearest to all of them.

    Raises `UsageError` for what does not exist, and for paths with different configurations.
    """
    demand_existing(paths)
    files = dict.fromkeys(_configuration(path) for path in paths)
    if len(files) > 1:
        listed = " and ".join(file or "none" for file in files)
        raise UsageError(f"the paths have different configurations and cannot go together: {listed}")
    (file,) = files
    settings = configuration.load(file)
    return Configured(file, settings, analyze(paths, settings), nested=False)


def errors(made: Iterable[Configured]) -> tuple[SourceError, ...]:
    """The files that could not be analysed, by place."""
    return tuple(sorted({error for one in made for error in one.analysis.errors if one.owns(error.place.path)}))


def demand_existing(paths: Iterable[str]) -> None:
    """Raise `UsageError` with all paths that are neither a readable file nor a folder."""
    problems = [f"{path}: {problem}" for path in paths if (problem := _problem(path))]
    if problems:
        raise UsageError(*problems)


def _problem(path: str) -> str | None:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "is neither a file nor a folder"


def _grouped(paths: Sequence[str]) -> dict[str | None, list[str]]:
    groups: dict[str | None, list[str]] = {}
    for path in paths:
        groups.setdefault(_configuration(path), []).append(path)
    return groups


def _configuration(path: str) -> str | None:
    absolute = os.path.abspath(path)
    return configuration.find(absolute if os.path.isdir(absolute) else os.path.dirname(absolute))


def _paths(analysis: Analysis) -> Iterable[str]:
    yield from (module.file.path for module in analysis.modules)
    yield from (error.place.path for error in analysis.errors)
