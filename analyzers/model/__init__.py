"""The values that every part of eagerc speaks: places, entities, calls, facts, the flow tree, diagnostics.

Everything here is immutable data without behaviour beyond looking at itself: what `eagerc check` needs are `Record`s,
because defining as many dataclasses would cost a third of its start-up.
"""
