"""Write the build tree: rewritten modules at their dotted paths, what they import, the runtime, and the manifest.

`build` computes every byte of the tree from the analysis first, compares that with what lies there, and only then
replaces the folder as a whole. The same input gives the same bytes wherever and whenever it is built.
"""

from codegen.build.builder import BuildResult, build
from codegen.build.errors import BuildError

__all__ = ["BuildError", "BuildResult", "build"]
