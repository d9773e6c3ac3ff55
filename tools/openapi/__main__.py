"""`python -m tools.openapi`: writes docs/openapi.yaml to standard output."""

import sys

from local.layers import use_layers

if __name__ == "__main__":
    use_layers()
    from tools.openapi.document import build_document
    from tools.openapi.text import as_yaml

    sys.stdout.write(as_yaml(build_document()))
