"""The one exception of a build that cannot be done."""


class BuildError(Exception):
    """Nothing was written: `message` says why, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy
