"""The values of `[tool.eagerc]`, read and checked elsewhere."""

from analyzers.model.facts import Dialect
from analyzers.model.record import Record


class BuildSettings(Record):
    """`include`: glob patterns, relative to the configuration, of files to copy. `output`: the build folder."""

    include: tuple[str, ...] = ()
    output: str | None = None


class Settings(Record):
    """One configuration file's values; `root` is its folder as an absolute path, None where there is no configuration.

    `src` and `exclude` are relative to `root`. `entities` names the project's own decorators and factories by dotted
    name, each with the kind of entity that it makes. `builds` is true where `[tool.eagerc.build]` is present: the
    project runs what `eagerc build` writes.
    """

    root: str | None = None
    src: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dialect: Dialect | None = None
    entities: tuple[tuple[str, str], ...] = ()
    build: BuildSettings = BuildSettings()
    builds: bool = False
