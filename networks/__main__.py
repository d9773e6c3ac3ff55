"""`python -m networks`: gives the importer the Neo4j of the stack on a laptop as its default."""

import os
import sys
from functools import partial

from local.layers import use_layers

if __name__ == "__main__":
    use_layers()
    from local.stack_neo4j import neo4j_of_stack
    from local.up import say
    from networks.command import main

    sys.exit(main(sys.argv[1:], partial(neo4j_of_stack, os.environ, say)))
