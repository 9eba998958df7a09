"""Fetch pages from a source that fails now and then: try again, fall back, and say what was lost."""

import asyncio

from flytekit import eager, task
from flytekit.exceptions.eager import EagerException

ATTEMPTS = 3


@task
async def fetch(page: int, attempt: int) -> str:
    """Fetch one page. Page 0 never fails, page 1 fails once, page 2 twice, and from page 10 on nothing is there."""
    if page >= 10:
        raise LookupError(f"there is no page {page}")
    if attempt < page:
        raise ConnectionError(f"page {page}: connection reset")
    return f"page {page}"


@task
async def fetch_from_mirror(page: int) -> str:
    """Fetch one page from the mirror, which holds even pages only."""
    if page % 2:
        raise LookupError(f"the mirror has no page {page}")
    return f"mirrored page {page}"


@task
def record_loss(page: int, attempts: int) -> str:
    return f"lost page {page} after {attempts} attempts"


@task
def close_session(pages: int) -> None:
    print(f"closed the session after {pages} pages")


@eager
async def fetch_page(page: int) -> str:
    """Try three times, then once at the mirror; a page that does not exist is not tried again."""
    for attempt in range(ATTEMPTS):
        try:
            return await fetch(page=page, attempt=attempt)
        except ConnectionError:
            continue
        except LookupError:
            return record_loss(page=page, attempts=attempt + 1)
    try:
        return await fetch_from_mirror(page=page)
    except EagerException:
        return record_loss(page=page, attempts=ATTEMPTS + 1)


@eager
async def fetch_book(pages: list[int]) -> list[str]:
    """Fetch all pages side by side, and close the session whatever happens."""
    try:
        return list(await asyncio.gather(*[fetch_page(page=page) for page in pages]))
    finally:
        close_session(pages=len(pages))


@eager
async def first_chapter(pages: list[int]) -> str:
    """Read pages in order until one cannot be had."""
    text = ""
    for page in pages:
        try:
            part = await fetch(page=page, attempt=0)
        except ConnectionError:
            return text + "(later)"
        except EagerException:
            text += "(the end)"
            break
        else:
            text += part + ". "
    return text
