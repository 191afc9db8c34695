"""A home on a file system that can't do what the database needs, as some network drives, is refused with the reason."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
static int without(char what) { const char *name = getenv("WITHOUT"); return name && *name == what; }
static int locked(const char *name, int fd, int command, void *given) {
    if (without('l') && (command == F_SETLK || command == F_SETLKW)) { errno = ENOLCK; return -1; }
    return ((int (*)(int, int, ...))dlsym(RTLD_NEXT, name))(fd, command, given);
}
#define LOCKED(name) int name(int fd, int command, ...) { va_list list; va_start(list, command); \
    void *given = va_arg(list, void *); va_end(list); return locked(#name, fd, command, given); }
LOCKED(fcntl) LOCKED(fcntl64)
static void *shared(const char *name, void *at, size_t size, int right, int how, int fd, off_t from) {
    if (without('m') && fd >= 0 && how & MAP_SHARED && right & PROT_WRITE) { errno = ENODEV; return MAP_FAILED; }
    return ((void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, name))(at, size, right, how, fd, from);
}
#define SHARED(name) void *name(void *at, size_t size, int right, int how, int fd, off_t from) \
    { return shared(#name, at, size, right, how, fd, from); }
SHARED(mmap) SHARED(mmap64)
"""
"""C: locks and shared memory are refused, as by a file system without them."""
PROGRAM = """
import sys
from pathlib import Path
from hugginggpt.checkpoints.database import Database
database = Database(Path(sys.argv[1]))
print(database.submit(lambda db: db.execute("SELECT count(*) FROM runs").fetchone()[0], writes=True).result())
"""


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler")
@pytest.mark.parametrize("lacking", ["locks", "memory", ""])
def test_a_home_without_locks_or_shared_memory_is_refused_at_once(tmp_path: Path, lacking: str) -> None:
    (tmp_path / "shim.c").write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "shim.so", "shim.c", "-ldl"], cwd=tmp_path, check=True)
    env = {**os.environ, "LD_PRELOAD": str(tmp_path / "shim.so"), "WITHOUT": lacking}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "home")]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=25, check=False
    )  # SQLite waits 30 s
    if not lacking:
        assert done.stdout == "0\n", done.stderr
    else:
        assert "its file system keeps no locks" in done.stderr
        assert "name a home on a disk of this machine" in done.stderr
