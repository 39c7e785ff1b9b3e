"""Why a job failed, from what it raised."""

from __future__ import annotations

import errno
import gc
import sys
import traceback
from contextlib import suppress

from pydantic import ValidationError

from core.errors import UserError
from core.jobs.events import ErrorInfo
from core.jobs.faults import words_of

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FULL_WORDS = ("No space left on device", "os error 28", "os error 112")
"""How libraries in Rust and C++ put it in errors of their own."""
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENAMETOOLONG)
_MEMORY_WORDS = (
    "not enough memory",
    "can't allocate memory",
    "Cannot allocate memory",
    "out of memory",
    "std::bad_alloc",
)
"""How torch's allocators put it in a `RuntimeError`."""


def error_info(error: BaseException) -> ErrorInfo:
    """What to tell of `error`: the world's fault as a sentence, ours with its traceback.

    The frames that the traceback keeps are emptied, so that what the job held in them (a model, say)
    is released.
    """
    if isinstance(error, UserError):
        return ErrorInfo(kind="user", message=encodable(error.message), field=error.field)
    trace = encodable("".join(traceback.format_exception(error)))
    if is_memory(error):
        info = ErrorInfo(kind="memory", message=_memory_sentence(error), traceback=trace)
    elif sentence := _of_the_disk(error):
        info = ErrorInfo(kind="user", message=encodable(sentence))
    else:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        info = ErrorInfo(
            kind="fault", message=encodable(f"A fault in Lexigraft: {said.splitlines()[0]}"), traceback=trace
        )
    _release(error)
    return info


def bad_request(error: ValidationError) -> UserError:
    """The first of a request's faults, as a sentence beside its field."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    message = ": ".join([*where[:1], words_of(first)])
    return UserError(
        f"{message}." if where else f"{message[0].upper()}{message[1:]}.", field=where[0] if where else None
    )


def encodable(text: str) -> str:
    """`text` with what UTF-8 cannot hold, half a character in a file's name, spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def is_memory(error: BaseException) -> bool:
    """Whether memory ran out: Python's, torch's on the processor, or a graphics card's."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    if any(
        kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__
    ):  # torch's, without importing it
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _MEMORY_WORDS)


def _memory_sentence(error: BaseException) -> str:
    where = "graphics card's memory" if _on_card(error) else "memory"
    text = str(error).partition("\n")[0]
    cause = f" ({encodable(text)})" if text and len(text) < 200 else ""
    return (
        f"The {where} was not enough for this run{cause}. Close other programs, or choose a smaller model, "
        "fewer or shorter texts, or smaller batches."
    )


def _on_card(error: BaseException) -> bool:
    return any(word in str(error) for word in ("CUDA", "HIP", "MPS"))


def _of_the_disk(error: BaseException) -> str | None:
    """What the disk did, where that is what ended the job."""
    file, code = getattr(error, "filename", None), getattr(error, "errno", None)
    if code in _FULL or (isinstance(error, Exception) and any(words in str(error) for words in _FULL_WORDS)):
        place = f" that {file} lies on" if file else ""
        return f"The disk{place} is full. Free some space, then run this again."
    if isinstance(error, OSError) and file and code in _DENIED:
        return f"{file} cannot be read or written: {error.strerror}. Check the place and who may use it."
    return None


def _release(error: BaseException) -> None:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        with suppress(RuntimeError):  # the card may be what failed
            torch.cuda.empty_cache()
