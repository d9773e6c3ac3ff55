"""`python -m local.demo`."""

import sys

from local.layers import use_layers

if __name__ == "__main__":
    use_layers()
    from local.demo.run import main

    sys.exit(main())
