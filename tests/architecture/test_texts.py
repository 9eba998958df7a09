"""What must not stand in any file of the project."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parents[2]

# Spelt in pieces, so that this file does not contain them.
HOME = re.compile(r"(?<![\w.}])/(?:" + "|".join(("wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers")) + r")/\w")
HOSTS = re.compile("|".join(map(re.escape, ("pypi" + ".org", "python" + "hosted", "ghcr" + ".io", "docker" + ".io"))))


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [PROJECT / name for name in listing.stdout.split("\0") if name]


def places(pattern: re.Pattern[str]) -> list[str]:
    """List every place in the project's files that the pattern fits."""
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in tracked()
        if path.is_file()
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_somebody_s_machine() -> None:
    assert not places(HOME)


def test_no_registry_is_named() -> None:
    assert not places(HOSTS)
