"""What the decoding child takes away from itself before it looks at a file.

libav has a long history of files that make it read others or run code. So the child gets its input and output as open
descriptors and then forbids itself to open any other: with RLIMIT_NOFILE at 0 no file, socket or pipe can be opened
any more, whatever a demuxer asks for. Memory, CPU time, output size, processes and core dumps are limited as well.
"""

import ctypes
import os
import resource
import signal
import sys

from fieldwork.recording.media.measures import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (Linux; elsewhere the CPU limit has to do).

    The parent may be gone before the request was made, hence the look afterwards.
    """
    if sys.platform == "linux":
        kernel = ctypes.CDLL(None, use_errno=True)
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def lock_down(limits: Limits) -> None:
    """Give up everything but the descriptors that are open, for good. Import all modules before."""
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.seconds,
        resource.RLIMIT_FSIZE: limits.output_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,
    }
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))
