"""What is known of values that were compared with constants."""

from analyzers.inference.domain.kinds import is_among, is_scalar, never_equal
from analyzers.inference.domain.value_sets import EMPTY, only
from analyzers.inference.domain.values import Const, Data, Value, Values

_LIMIT = 16
"""How many constants are remembered of which a plain value equals one, or none."""


def equal_to(values: Values, constants: Values) -> Values:
    """What values may be that equal one of some constants."""
    return frozenset[Value]().union(*(_equal(value, constants) for value in values))


def unequal_to(values: Values, constants: Values) -> Values:
    """What values may be that equal none of some constants."""
    return frozenset[Value]().union(*(_unequal(value, constants) for value in values))


def differ(values: Values, constants: Values) -> bool:
    """Whether values certainly equal none of these, which are constants."""
    known = [constant for constant in constants if isinstance(constant, Const)]
    return 0 < len(known) == len(constants) and all(never_equal(value, each) for value in values for each in known)


def _equal(value: Value, constants: Values) -> Values:
    match value:
        case Const():
            return only(value) if is_among(value, constants) else EMPTY
        case Data():
            fitting = frozenset(c for c in constants if isinstance(c, Const) and not never_equal(value, c))
            if not fitting or _stands_for(value, fitting):
                return fitting
            return only(value.replaced(among=fitting) if len(fitting) <= _LIMIT else value)
        case _:
            return only(value)


def _stands_for(data: Data, constants: Values) -> bool:
    """Whether constants can take the place of a plain value that equals one of them: nothing else is known of it."""
    alike = all(isinstance(constant, Const) and constant.kind in data.kinds for constant in constants)
    return alike and is_scalar(data) and not (data.origins or data.opaque)


def _unequal(value: Value, constants: Values) -> Values:
    match value:
        case Const():
            return EMPTY if is_among(value, constants) else only(value)
        case Data(excluded=excluded):
            more = excluded | {constant for constant in constants if isinstance(constant, Const)}
            return only(value.replaced(excluded=more) if len(more) <= _LIMIT else value)
        case _:
            return only(value)
