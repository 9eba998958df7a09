"""Eager functions whose children give data frames and arrays."""

import numpy as np
import pandas as pd
from flytekit import eager, task


@task
async def frame() -> pd.DataFrame:
    return pd.DataFrame({"n": range(3)})


@task
async def array() -> np.ndarray:
    return np.arange(4)


@eager
async def gets_a_frame() -> int:
    return int((await frame())["n"].sum())


@eager
async def gets_an_array() -> int:
    return int((await array()).sum())
