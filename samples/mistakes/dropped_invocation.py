"""A forgotten `await`: the invoice is never sent, and nothing says so."""

from flytekit import eager, task


@task
async def send_invoice(customer: str) -> str:
    return f"sent to {customer}"


@eager
async def close_order(customer: str) -> str:
    send_invoice(customer=customer)  # expect: EGR101
    return "closed"
