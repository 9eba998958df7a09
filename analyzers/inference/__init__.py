"""The abstract interpreter: what each expression may be, and so which entities an eager function invokes.

Read it from the bottom up. `values` are what expressions evaluate to, `store` is the memory that they live in, `scopes`
says which scope a name belongs to. `core` is the state that all parts share; upon it stand, each in its file, the parts
of Python's semantics, down to `interpreter`, which runs a function and hands out its facts.
"""
