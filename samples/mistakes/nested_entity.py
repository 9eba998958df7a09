"""A task inside a function: a container cannot load it by name."""

from flytekit import eager, task


@eager
async def tax(net: int) -> int:
    @task
    async def with_tax(net: int) -> int:  # expect: EGR003
        return net * 119 // 100

    return await with_tax(net=net)
