"""eagerc, the compiler that eager Flyte workflows lost.

It reads the source of eager workflows, never runs it, and gives back what a static workflow has: errors before run
time, known dependencies, a picture, and a build that runs concurrently.

A tour, in the order in which a command line travels:

- `eagerc.cli.main` begins and ends the process; `eagerc.cli.dispatch` finds the verb, and turns every way to fail into
  an exit code and a message.
- `eagerc.cli` holds one module a verb: arguments, calls, printing. A verb is imported when it is used.
- `eagerc.configuration` finds and reads `[tool.eagerc]`; `eagerc.settings_table` makes
  `analyzers.model.settings.Settings` of it.
- `eagerc.analyses` finds the configuration of every path and analyses the paths that share one; `eagerc.targets` picks
  the eager functions that `PATH[:FUNCTION]` means.
- `eagerc.explanations` finds the entity that `deps --why` asks about, and the chains that lead to it.
- `eagerc.trees` builds what `run` and `register` start, into `eagerc.build_cache` where no folder is named;
  `eagerc.user_environment` finds the interpreter and starts the tree's own program on it.
- `eagerc.fixes` chooses and applies the edits that rules propose; `eagerc.files` writes a file in one step.
- `eagerc.report` turns diagnostics and dependencies into text, JSON and GitHub annotations; `eagerc.terminal` knows
  what of a text may reach a terminal.

What the verbs call lies in `analyzers` (source in, facts out) and `codegen` (facts in, files out).
"""

__version__ = "0.1.0"
