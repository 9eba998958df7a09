"""Libraries that hold no Flyte entities."""

import builtins
import sys

_PLAIN = frozenset(
    """
    numpy pandas polars pyarrow scipy sklearn torch torchvision tensorflow keras jax flax xgboost lightgbm catboost
    matplotlib seaborn plotly PIL cv2 requests httpx aiohttp boto3 botocore google azure pydantic pydantic_core attr
    attrs yaml toml dotenv click typer rich tqdm loguru structlog tenacity dataclasses_json mashumaro sqlalchemy
    psycopg2 redis pymongo joblib dask ray wandb mlflow optuna transformers datasets tokenizers spacy nltk pytest
    typing_extensions networkx sympy statsmodels fsspec s3fs gcsfs cloudpickle
    """.split()  # noqa: SIM905 (seventy quoted strings are harder to read)
)

NEVER_RETURNING = frozenset(
    {
        "builtins.exit",
        "builtins.quit",
        "os._exit",
        "os.abort",
        "sys.exit",
        "typing.assert_never",
        "typing_extensions.assert_never",
    }
)
"""Functions after whose call nothing runs."""

WRAPPING_DECORATORS = frozenset(
    {
        "backoff.on_exception",
        "backoff.on_predicate",
        "contextlib.asynccontextmanager",
        "contextlib.contextmanager",
        "functools.cache",
        "functools.lru_cache",
        "functools.singledispatch",
        "tenacity.retry",
    }
)
"""Decorators that keep what calling a function does, but put an object of their own in its place."""


def is_exception(name: str) -> bool:
    """Whether a dotted name is that of a builtin exception."""
    found = builtin_class(name)
    return found is not None and issubclass(found, BaseException)


def is_subclass(name: str, other: str) -> bool | None:
    """Whether one class inherits from another by their dotted names; None where one is not builtin."""
    one, another = builtin_class(name), builtin_class(other)
    return None if one is None or another is None else issubclass(one, another)


def builtin_class(name: str) -> type | None:
    """The builtin class of a dotted name."""
    module, _, last = name.rpartition(".")
    found = getattr(builtins, last, None) if module == "builtins" else None
    return found if isinstance(found, type) else None


def names_builtin_class(name: str) -> bool:
    """Whether a dotted name is that of a builtin class, and its own one: `IOError` is another name of a class."""
    found = builtin_class(name)
    return found is not None and found.__name__ == name.rpartition(".")[2]


def is_standard(name: str) -> bool:
    """Whether a dotted name belongs to the standard library, builtins included."""
    return name.partition(".")[0] in sys.stdlib_module_names or name.partition(".")[0] == "builtins"


def is_plain(name: str) -> bool:
    """Whether a dotted name belongs to a library that is known to hold no entities."""
    top = name.partition(".")[0]
    return top in _PLAIN or is_standard(name) or top in ("flytekit", "flytekitplugins", "flyteidl")
