"""The back end of eagerc: facts in, files out.

- `rewrite` changes the source of a module, line by line, and checks what it wrote;
- `build` makes the build tree and its manifest, `graph` the pictures;
- `runtime` is a payload: the package `eagerc_runtime` of every build tree, copied and never imported.
"""
