"""Inner loops at compiled speed, compiled once for each version of the code. Pure.

    @compiled                       called from Python and from other loops
    def count(values): ...

    @inner                          called from other loops only
    def _is_even(value): ...

numba keeps what it has compiled in a folder, but forgets to compile anew when a loop that is
called lies in another file and has changed. So the folder bears the digest of all loops of the
room. It lies beside the code; where that cannot be written, in the user's cache or the temporary
folder.
Nothing runs in parallel in here, so that forked workers are safe.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import types

Loop = TypeVar("Loop", bound=Callable[..., Any])
_HERE = Path(__file__).parent


def compiled(loop: Loop) -> Loop:
    """The same function at compiled speed; it lets other threads run meanwhile."""
    return _jit(loop)


def inner(loop: Loop) -> Loop:
    """As `compiled`, for functions that only other loops call: compiles in half the time."""
    return _jit(loop, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def compiled_lean(loop: Loop) -> Loop:
    """As `compiled`, for a loop that works on the arrays it is given and makes none.

    Without counting references to arrays the searches of a timetable ran 16 times as fast (1,120
    against 67 ms for 100,000 steps). A loop that makes an array does not compile.
    """
    return _jit(loop, no_cfunc_wrapper=True, _nrt=False)


def inner_lean(loop: Loop) -> Loop:
    """As `compiled_lean`, for functions that only other lean loops call.

    They become part of their callers: a call would copy every array's address and shape, some
    250 numbers, which took up to half of the time of a search.
    """
    return _jit(loop, no_cfunc_wrapper=True, no_cpython_wrapper=True, _nrt=False, forceinline=True)


def _jit(loop: Loop, **options: bool) -> Loop:
    folder = cache_folder(_room_of(loop))
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder or before)  # read by numba now, at decoration
    try:
        jit: Any = numba.njit  # its types know nothing of _nrt and the wrappers
        made = jit(cache=folder is not None, nogil=True, **options)(loop)
        made.get_call_template = partial(_template, made)
        return cast(Loop, made)
    finally:
        config.CACHE_DIR = before


def _template(made: Any, given: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """How another loop calls this one: a constant counts as any other number of its type.

    numba would compile the loop once more for every constant, often only while it guesses at
    types: an eighth of the time of compiling, and the same speed afterwards.
    """
    plain: Callable[[Any], Any] = types.unliteral
    given, named = [plain(each) for each in given], {name: plain(named[name]) for name in named}
    return type(made).get_call_template(made, given, named)


@cache
def cache_folder(room: str) -> Path | None:
    """Where the room's compiled loops of this version are kept; None: nowhere can be written."""
    name = f"{room}-loops-{_digest(room)}"
    users = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "/")) / ".cache"
    last = Path(tempfile.gettempdir()) / f"matchmaker-{os.getuid()}"
    for parent in (_HERE / "__pycache__", Path(users) / "matchmaker", last):
        if _is_ours(parent / name):
            return parent / name
    return None


def _is_ours(folder: Path) -> bool:
    """Whether it can be written by us and is nobody else's, who could plant code in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def _room_of(loop: Callable[..., Any]) -> str:
    return loop.__module__.split(".")[1]


def _digest(room: str) -> str:
    """Of every file with loops in the room, in a fixed order."""
    digest = hashlib.sha256(numba.__version__.encode())
    digest.update(Path(__file__).read_bytes())  # how loops are compiled, which numba does not ask
    for file in sorted((_HERE / room).rglob("*.py")):
        source = file.read_bytes()
        if b"@compiled" in source or b"@inner" in source:
            digest.update(source)
    return digest.hexdigest()[:16]
