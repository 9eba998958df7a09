"""The front end of eagerc: source in, facts out.

`analyzers.analysis.analyze` reads the files that it is given and answers what their eager functions invoke; it never
imports or executes them. The way through the package:

- `project` finds and reads files, `source` decodes one;
- `inference` is the abstract interpreter, `knowledge` what it knows of flytekit, asyncio and the builtins;
- `analysis` puts their facts together and answers questions about them;
- `flow` builds the flow tree of an eager function, `rules` turns facts into diagnostics.
"""
