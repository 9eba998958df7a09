"""The texts, and the tasks that give them out."""

from flytekit import task

TEXTS = {
    "weather": (
        "The morning was grey and the wind came from the sea.\n\n"
        "By noon the wind had gone, and the sea lay still and grey.\n\n"
        "In the evening there was rain, and after the rain there was a rainbow over the sea."
    ),
    "bread": (
        "Bread needs flour, water, salt and time.\n\n"
        "Time does the work: flour and water rest, and the dough rises while the baker rests.\n\n"
        "Salt is added last, because salt makes the dough slow."
    ),
    "empty": "",
}


@task
def chapters(title: str) -> list[str]:
    """List the chapters of a text; an unknown title is an error."""
    if title not in TEXTS:
        raise KeyError(title)
    return [chapter for chapter in TEXTS[title].split("\n\n") if chapter]


@task
def read(title: str, chapter: int) -> str:
    return TEXTS[title].split("\n\n")[chapter]
