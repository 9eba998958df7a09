"""Pictures of eager functions: the graph of each, and its drawing in every format that eagerc offers.

`formats` names the formats and costs nothing to import, `pictures` draws: it loads networkx and graphviz.
"""
