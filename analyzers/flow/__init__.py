"""The flow tree of an eager function: built from its facts, and printed."""

from analyzers.flow.frames import flow_of
from analyzers.flow.printing import print_flow

__all__ = ["flow_of", "print_flow"]
