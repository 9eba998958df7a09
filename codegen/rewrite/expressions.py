"""Write a changed expression with libcst, so that everything else inside it keeps its layout."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import libcst as cst

from codegen.rewrite.changes import Change, Hoist, Invoke, Rename, Unwritable

_Kind = TypeVar("_Kind", bound=ast.expr)
_Paired = cst.Call | cst.Attribute
_Parenthesized = TypeVar("_Parenthesized", bound=cst.BaseExpression)
_NONE = cst.SimpleWhitespace("")
_AnyFString = cst.FormattedString | cst.ConcatenatedString


def written(text: str, node: ast.expr, changes: Mapping[ast.expr, Change], alias: str) -> str:
    """The new source of the expression `node`, whose source is `text`, after `changes` to it and inside it.

    Raises `Unwritable` where libcst does not read the expression as `ast` does, or a changed one would not be valid.
    """
    try:
        module = cst.parse_module(f"[{text}]")
        if module.code != f"[{text}]":
            raise Unwritable("libcst does not keep its layout")
        pairs = dict(_pairs(node, _only_element(module)))
        wanted = {pairs[changed]: change for changed, change in changes.items() if changed in pairs}
        return module.visit(_Writer(wanted, alias)).code[1:-1]
    except (cst.ParserSyntaxError, cst.CSTValidationError, ValueError) as error:
        raise Unwritable("libcst reads it differently from Python") from error
    except RecursionError as error:
        raise Unwritable("it is nested too deeply") from error


def _only_element(module: cst.Module) -> cst.BaseExpression:
    """The expression in `[expression]`; the brackets let it span lines without becoming parentheses of its own."""
    match module.body:
        case [cst.SimpleStatementLine(body=[cst.Expr(value=cst.List(elements=[cst.Element(value=value)]))])]:
            return value
        case _:
            raise Unwritable("it is not one expression")


def _pairs(ours: ast.expr, theirs: cst.CSTNode) -> Iterator[tuple[ast.expr, cst.CSTNode]]:
    """Each call and attribute of an `ast` expression with the same node of libcst.

    Both are sorted as they stand in the source. Inside an f-string Python 3.11 gets the positions of `ast` wrong, but
    not their order within one placeholder; so placeholders are paired one by one.
    """
    collected = _Collector()
    theirs.visit(collected)
    nodes = tuple(_outside_f_strings(ours))
    yield from zip(_sorted(nodes, ast.Call), collected.calls, strict=True)
    yield from zip(_sorted(nodes, ast.Attribute), collected.attributes, strict=True)
    for joined, string in zip(_sorted(nodes, ast.JoinedStr), collected.strings, strict=True):
        for value, placeholder in zip(_values(joined), _placeholders(string), strict=True):
            yield from _pairs(value, placeholder.expression)


def _outside_f_strings(tree: ast.AST) -> Iterator[ast.AST]:
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.JoinedStr):
            stack.extend(ast.iter_child_nodes(node))


def _sorted(nodes: Sequence[ast.AST], kind: type[_Kind]) -> list[_Kind]:
    return sorted((node for node in nodes if isinstance(node, kind)), key=_position)


def _position(node: ast.expr) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, -(node.end_lineno or 0), -(node.end_col_offset or 0)


def _values(joined: ast.JoinedStr) -> Iterator[ast.expr]:
    for part in joined.values:
        if isinstance(part, ast.FormattedValue):
            yield part.value
            if isinstance(part.format_spec, ast.JoinedStr):
                yield from _values(part.format_spec)


def _placeholders(string: cst.CSTNode) -> Iterator[cst.FormattedStringExpression]:
    match string:
        case cst.ConcatenatedString(left=left, right=right):
            yield from _placeholders(left)
            yield from _placeholders(right)
        case cst.FormattedString(parts=parts):
            yield from _inside(parts)
        case _:
            pass


def _inside(parts: Sequence[cst.BaseFormattedStringContent]) -> Iterator[cst.FormattedStringExpression]:
    for part in parts:
        if isinstance(part, cst.FormattedStringExpression):
            yield part
            yield from _inside(part.format_spec or ())


def _is_f_string(node: cst.BaseExpression) -> bool:
    match node:
        case cst.ConcatenatedString(left=left, right=right):
            return _is_f_string(left) or _is_f_string(right)
        case _:
            return isinstance(node, cst.FormattedString)


class _Collector(cst.CSTVisitor):
    """The calls, attributes and f-strings of an expression in source order, without those inside its f-strings."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[cst.Call] = []
        self.attributes: list[cst.Attribute] = []
        self.strings: list[_AnyFString] = []

    def visit_Call(self, node: cst.Call) -> None:
        self.calls.append(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.attributes.append(node)

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        self.strings.append(node)
        return False

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        if _is_f_string(node):
            self.strings.append(node)
        return False


class _Writer(cst.CSTTransformer):
    """Applies changes to the nodes that they are keyed by; knows the quotes of the f-strings around it."""

    def __init__(self, changes: Mapping[cst.CSTNode, Change], alias: str) -> None:
        super().__init__()
        self._changes = changes
        self._alias = alias
        self._quotes: list[str] = []
        self._verbatim = 0

    def visit_FormattedString(self, node: cst.FormattedString) -> None:
        self._quotes.append(node.end)

    def leave_FormattedString(
        self,
        original_node: cst.FormattedString,
        updated_node: cst.FormattedString,
    ) -> cst.FormattedString:
        self._quotes.pop()
        return updated_node

    def visit_FormattedStringExpression(self, node: cst.FormattedStringExpression) -> None:
        self._verbatim += node.equal is not None

    def leave_FormattedStringExpression(
        self, original_node: cst.FormattedStringExpression, updated_node: cst.FormattedStringExpression
    ) -> cst.FormattedStringExpression:
        self._verbatim -= original_node.equal is not None
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        return self._changed(original_node, updated_node)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        return self._changed(original_node, updated_node)

    def _changed(self, original: _Paired, updated: _Paired) -> cst.BaseExpression:
        change = self._changes.get(original)
        if change is None:
            return updated
        if self._verbatim:
            raise Unwritable("the f-string around it prints the expression's own text")
        match change:
            case Invoke() if isinstance(updated, cst.Call):
                return _apart(_invoke(updated, change, self._alias, self._quote()), original)
            case Invoke():
                raise Unwritable("it is not a call")
            case Rename(name):
                runtime = cst.Attribute(cst.Name(self._alias), cst.Name(name), lpar=updated.lpar, rpar=updated.rpar)
                return _apart(runtime, original)
            case Hoist():
                return _hoisted(original, change)

    def _quote(self) -> str:
        """A quote that may stand inside the f-strings around this place, also before Python 3.12."""
        for quote in ('"', "'"):
            if all(quote not in enclosing for enclosing in self._quotes):
                return quote
        for quote in ('"', "'"):
            if quote not in self._quotes:
                return quote
        raise Unwritable("the f-strings around it leave no kind of quote for the site id")


def _invoke(written: cst.Call, change: Invoke, alias: str, quote: str) -> cst.Call:
    call = _with_parentheses_of_a_generator(written)
    space = cst.SimpleWhitespace(" ")
    site = cst.Arg(cst.SimpleString(f"{quote}{change.site}{quote}"), comma=cst.Comma(whitespace_after=space))
    before = call.whitespace_before_args
    if not call.args and before.empty:
        callee = cst.Arg(call.func, whitespace_after_arg=call.whitespace_after_func)
    else:
        comma = cst.Comma(
            whitespace_before=call.whitespace_after_func, whitespace_after=space if before.empty else before
        )
        callee = cst.Arg(call.func, comma=comma)
    return cst.Call(
        func=cst.Attribute(cst.Name(alias), cst.Name(change.function)),
        args=[site, callee, *call.args],
        lpar=call.lpar,
        rpar=call.rpar,
    )


def _with_parentheses_of_a_generator(call: cst.Call) -> cst.Call:
    """The call with parentheses around a bare generator, which may only be the single argument of a call.

    They stand where those of the call stood, so that the generator begins on the line on which it began.
    """
    match call.args:
        case [cst.Arg(value=cst.GeneratorExp(lpar=[]) as generator) as arg]:
            opening = cst.LeftParen(whitespace_after=call.whitespace_before_args)
            closing = cst.RightParen(whitespace_before=arg.whitespace_after_arg)
            value = generator.with_changes(lpar=[opening], rpar=[closing])
            argument = arg.with_changes(value=value, whitespace_after_arg=_NONE)
            return call.with_changes(args=[argument], whitespace_before_args=_NONE)
        case _:
            return call


def _apart(new: _Paired, old: _Paired) -> cst.BaseExpression:
    """`new` in parentheses if `old` could stand right behind a keyword and `new` could not, as in `await(f)(x)`."""
    begins_with_a_name = cst.Module([]).code_for_node(old)[0].isidentifier()
    return new if begins_with_a_name or new.lpar else _in_parentheses(new)


def _in_parentheses(node: _Parenthesized) -> _Parenthesized:
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])


def _hoisted(original: _Paired, change: Hoist) -> cst.BaseExpression:
    lines = cst.Module([]).code_for_node(original.with_changes(lpar=(), rpar=())).count("\n")
    name: cst.BaseExpression = cst.Name(change.name)
    if change.parenthesized or lines:
        name = cst.parse_expression(f"({change.name}" + "\n" * lines + ")")
    return name.with_changes(lpar=[*original.lpar, *name.lpar], rpar=[*name.rpar, *original.rpar])
