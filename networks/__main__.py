"""`python -m networks`."""

import sys

from local.layers import use_layers

if __name__ == "__main__":
    use_layers()
    from networks.command import main

    sys.exit(main(sys.argv[1:]))
