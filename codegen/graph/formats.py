"""The formats of pictures, and what goes wrong with them."""

import os.path

# Each format with the file endings that stand for it.
_ENDINGS = {
    "svg": (".svg",),
    "png": (".png",),
    "pdf": (".pdf",),
    "dot": (".dot", ".gv"),
    "mermaid": (".mmd", ".mermaid"),
    "json": (".json",),
}
FORMATS = tuple(_ENDINGS)


class GraphError(Exception):
    """A picture that cannot be drawn: why, and what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def format_of(path: str) -> str:
    """The format that the ending of a file's name stands for."""
    ending = os.path.splitext(path)[1].lower()
    for name, endings in _ENDINGS.items():
        if ending in endings:
            return name
    known = ", ".join(ending for endings in _ENDINGS.values() for ending in endings)
    raise GraphError(f"no picture format ends in {ending or 'nothing'}: {path}", f"end the file name in one of {known}")
