"""`Accept`: which forms of an answer a caller takes."""

import re

_NOT_TAKEN = re.compile(r"q\s*=\s*0(\.0*)?", re.IGNORECASE)


def media_types(accept: str) -> list[str]:
    """The media types that are taken, in the order in which they are named: those with `q=0` are not."""
    taken = []
    for item in accept.split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        if not any(_NOT_TAKEN.fullmatch(parameter) for parameter in parameters):
            taken.append(media_type.lower())
    return taken
