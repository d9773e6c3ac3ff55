"""`python -m tools.native [--meanwhile] [--target TARGET --output FILE]`.

Nothing but the standard library is there when this begins.
"""

import sys

from local.layers import use_layers

if __name__ == "__main__":
    use_layers()
    from tools.native.command import main

    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
