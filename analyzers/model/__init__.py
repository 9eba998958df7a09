"""The values that every part of eagerc speaks: places, entities, calls, facts, the flow tree, diagnostics.

Everything here is immutable data without behaviour beyond looking at itself. Records that `eagerc check`
needs are `NamedTuple`, because creating forty dataclasses costs a third of its start-up.
"""
