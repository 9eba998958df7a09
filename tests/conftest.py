"""What all tests share: where the project lies, and how long properties are searched for counterexamples."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("eagerc", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("eagerc")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests write their expectations anew, for a person to read the difference, and run on other interpreters."""
    parser.addoption("--update", action="store_true", help="write the expected files anew")
    parser.addoption("--container-python", metavar="PATH", help="the interpreter of containers; flytekit is there")


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project itself."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def samples(project: Path) -> Path:
    """The folder of the sample programs."""
    return project / "samples"
