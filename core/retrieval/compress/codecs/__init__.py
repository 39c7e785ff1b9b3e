"""The codes that document vectors may be kept in: one file each. A codec in a new file here is found.

`CODECS` maps a kind to its class, in alphabetical order; importing this loads neither torch nor numpy.
`AnyCodec` validates a dict or a line, and is written as a line: ``pq m=48``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, ValidationError

from core.jobs.faults import words_of
from core.jobs.lines import parsed
from core.retrieval.compress.codecs.codec import CODECS, Codec, codec

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

if TYPE_CHECKING:
    AnyCodec = Codec
else:
    AnyCodec = Annotated[
        Annotated[reduce(or_, CODECS.values()), Field(discriminator="kind")],
        BeforeValidator(partial(parsed, kinds=CODECS)),
        PlainSerializer(lambda one: one.line, return_type=str, when_used="json"),
    ]

_ANY: TypeAdapter[Codec] = TypeAdapter(AnyCodec)


def codec_of(line: str) -> Codec:
    """The codec that a line spells.

    Raises:
        ValueError: no such codec, parameter or value; a sentence.
    """
    try:
        return _ANY.validate_python(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in CODECS)
        raise ValueError(f"{line}: {where + ': ' if where else ''}{words_of(first)}") from None


__all__ = ["CODECS", "AnyCodec", "Codec", "codec", "codec_of"]
