"""`confine`: the rights that a worker gives up before it reads anything; `hide_memory`: keeps its parent's memory from it.

`python -m hugginggpt.tools.backends.worker.sandbox` prints as JSON what is in force on this machine, which `doctor` shows.
All of it needs Linux: elsewhere a worker has no keys in its environment, and no more is promised.

A worker gets a user and a network namespace of its own (user_namespaces(7)): no interface but a loopback that is down, and
no access to processes outside. Where the system allows none (in most containers, with some distributions' defaults), the
rest still holds: no capabilities, no new privileges by any program, and a filter (seccomp(2)) under which no socket is
made and no other process is read. A worker can still signal processes of its user.

Root reads files of other users by capabilities only. Where the home or the program's own files need that (a folder mounted
into a container, for instance), a worker keeps two, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, and stays in root's user
namespace, in which they hold: it can then read and write every file, and `doctor` reports that.
"""

import ctypes
import json
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path

from ....graph.homes import RESOURCES, SCRATCH

_SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 4, 22, 38
"""prctl(2)."""
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_FILTER = 2
"""SECCOMP_MODE_FILTER."""

_CALLS = {
    "x86_64": (0xC000003E, 41, (101, 310, 311, 425, 438)),
    "aarch64": (0xC00000B7, 198, (117, 270, 271, 425, 438)),
}
"""By machine: its AUDIT_ARCH, the number of socket(2), and those of ptrace, process_vm_readv, process_vm_writev,
io_uring_setup (which makes sockets by itself) and pidfd_getfd (linux/arch/*/syscalls)."""
_UNIX = 1
"""AF_UNIX."""
_FILES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH (capabilities(7))."""
KEEPS_FILE_CAPABILITIES = "no capabilities but root's to every file, as the home or the program is another user's"
"""What is in force instead of "no capabilities"."""

ALL_MEASURES = 4
"""How many measures `confine` returns where all are in force."""


def confine(*, unix_sockets: bool = False) -> list[str]:
    """Give up all rights but `unix_sockets` (for drivers of graphics cards), before threads start; returns the measures."""
    if sys.platform != "linux":
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    files = _files_of_others(libc)
    done = []
    if files and libc.unshare(_CLONE_NEWNET) == 0:
        done = ["a network namespace of its own"]
    elif not files and _own_namespaces(libc):
        done = ["a user and network namespace of its own"]
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        done.append("no new privileges")
    if _drop_capabilities(libc, _FILES if files else 0):
        done.append(KEEPS_FILE_CAPABILITIES if files else "no capabilities")
    if _without_sockets(libc, unix_sockets):
        done.append("no sockets but local ones" if unix_sockets else "no sockets")
    _no_core_file()
    return done


def hide_memory() -> bool:
    """From now on no other process of this user can read or debug this one; False where the system does not support it."""
    return sys.platform == "linux" and bool(ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def _own_namespaces(libc: ctypes.CDLL) -> bool:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with suppress(OSError):  # without a name it keeps its rights: access to files is decided by the user number outside
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def _files_of_others(libc: ctypes.CDLL) -> bool:
    """Whether root needs its capabilities for the files of a home or of the program: tries without them for a moment."""
    if os.geteuid() != 0:
        return False
    places = [(place, os.R_OK | os.X_OK) for place in (sys.prefix, *filter(os.path.isdir, sys.path))]
    if home := os.environ.get("HUGGINGGPT_HOME"):
        places += [(f"{home}/{RESOURCES}", os.R_OK | os.X_OK), (f"{home}/{SCRATCH}", os.R_OK | os.W_OK | os.X_OK)]
    usable = [place for place in places if os.access(*place, effective_ids=True)]
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    held = ctypes.create_string_buffer(24)
    if libc.capget(header, held) != 0:
        return False
    effective, permitted, inherited, *high = struct.unpack("6I", held.raw)
    without = struct.pack("6I", 0, permitted, inherited, 0, *high[1:])
    if effective & _FILES != _FILES or libc.capset(header, without) != 0:
        return False
    try:
        return not all(os.access(*place, effective_ids=True) for place in usable)
    finally:
        libc.capset(header, held.raw)


def _drop_capabilities(libc: ctypes.CDLL, kept: int) -> bool:
    """All but `kept`; root's too, with which it could read any process's memory."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    if kept:
        return bool(libc.capset(header, struct.pack("6I", kept, kept, 0, 0, 0, 0)) == 0)
    return bool(libc.capset(header, bytes(24)) == 0)


def _without_sockets(libc: ctypes.CDLL, unix_sockets: bool) -> bool:
    """Refuse the system calls of `_CALLS` from now on, in this process and in those that it starts."""
    known = _CALLS.get(os.uname().machine)
    if known is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    arch, socket, others = known
    load, jump_if, jump_above, ret = 0x20, 0x15, 0x35, 0x06  # BPF: LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K
    allow, refuse = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EACCES
    body = [(jump_if, number) for number in others]
    domain = [(load, 0, 0, 16), (jump_if, 0, 1, _UNIX), (ret, 0, 0, allow)] if unix_sockets else []
    program = [(load, 0, 0, 4), (jump_if, 1, 0, arch), (ret, 0, 0, refuse), (load, 0, 0, 0)]
    program.append((jump_above, len(body) + 2 + len(domain), 0, 0x40000000))  # the x32 calls of x86_64, all of them
    for index, (code, number) in enumerate(body):
        program.append((code, len(body) - index + 1 + len(domain), 0, number))
    program += [(jump_if, 1, 0, socket), (ret, 0, 0, allow), *domain, (ret, 0, 0, refuse)]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    kept = ctypes.create_string_buffer(packed, len(packed))
    head = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(kept))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, head, 0, 0) == 0)


def _no_core_file() -> None:
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    kept = hide_memory()
    print(json.dumps({"worker": confine(), "parent": kept}))  # noqa: T201
