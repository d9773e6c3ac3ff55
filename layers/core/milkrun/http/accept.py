"""`Accept`: the media types that a caller accepts."""

import re

_NOT_TAKEN = re.compile(r"q\s*=\s*0(\.0*)?", re.IGNORECASE)


def media_types(accept: str) -> list[str]:
    """The accepted media types in the order of the header, without those that have `q=0`."""
    taken = []
    for item in accept.split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        if not any(_NOT_TAKEN.fullmatch(parameter) for parameter in parameters):
            taken.append(media_type.lower())
    return taken
