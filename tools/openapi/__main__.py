"""`python -m tools.openapi`: writes docs/openapi.yaml to standard output."""

import sys

from local.layers import use_functions, use_layers

if __name__ == "__main__":
    use_layers()
    use_functions()
    from tools.openapi.document import build_document
    from tools.openapi.text import as_yaml

    sys.stdout.write(as_yaml(build_document()))
