"""An interpreter for containers: flytekit and what it needs, and nothing of this project."""

import os
import stat
import sys
import sysconfig
import venv
from importlib.metadata import entry_points
from pathlib import Path


def make_image(folder: Path) -> Path:
    """Make a virtual environment that sees the installed packages of this one, but not what its `.pth` files add.

    An editable installation is such a file: without it the checkout cannot be imported.
    """
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    (packages / "packages.pth").write_text(sysconfig.get_path("purelib") + os.linesep)
    for command in entry_points(group="console_scripts"):
        if command.module.startswith("flytekit."):
            _write_command(python.with_name(command.name), python, command.module, command.attr)
    return python


def _write_command(path: Path, python: Path, module: str, function: str) -> None:
    # Without -P the script's own folder would come first, which is as it is in a container.
    path.write_text(f"#!{python}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


if __name__ == "__main__":
    print(make_image(Path(sys.argv[1])))
