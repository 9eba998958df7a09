"""Where a node stands in a tree."""

import ast


def path_to(root: ast.AST, node: ast.AST) -> tuple[ast.AST, ...]:
    """The nodes from `root` down to `node`, both included; empty where `root` does not hold it."""
    parents = {child: parent for parent in ast.walk(root) for child in ast.iter_child_nodes(parent)}
    path = [node]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    return tuple(reversed(path)) if path[-1] is root else ()
