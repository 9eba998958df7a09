"""Turn one module's source into what the build tree holds: every statement on its line, calls handed to the runtime.

`rewrite` is a pure function from the facts about a module to `Rewritten`. It decides on `ast` nodes, lets libcst write
the expressions and imports that change, splices those into the source text, and then proves with `ast` that the result
is the source with exactly the changes that were decided. What cannot be changed safely is declined with a reason.
"""

from codegen.rewrite.decisions import Declined
from codegen.rewrite.rewriter import Rewritten, rewrite

__all__ = ["Declined", "Rewritten", "rewrite"]
