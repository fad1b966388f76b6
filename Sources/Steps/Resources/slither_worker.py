"""Slither, imported once and used for many contracts.

    slither_worker.py MEMORY_BYTES

Each line of standard input is an archive of crytic-compile. Each is answered by one line of standard output, an object:
`output` is what `slither hyperkit_export_archive.json --json -` prints for it in a folder that holds the archive and
nothing else, `errors` the end of what that writes to standard error, and `fault` says why it could not come to its end,
or is null. Where there is no place for the archive there is `noPlace`, which says why. Every request is a process of its own, forked from one that has imported all and looked at nothing: no contract
meets the traces of another, and one that crashes it or wants more memory than it may have takes nobody along.
"""

import ctypes
import gc
import json
import os
import resource
import select
import shutil
import signal
import sys
import traceback

# The folder of this script: nothing is imported from where requests are written.
sys.path.pop(0)

# What every request would else import for itself, before anything that prints could meet the answers.
answers = os.dup(1)
os.dup2(2, 1)
import slither.__main__ as cli  # noqa: E402
import slither.core.dominators.utils  # noqa: E402,F401
import slither.slithir.utils.ssa  # noqa: E402,F401
import slither.solc_parsing.variables.function_type_variable  # noqa: E402,F401
import slither.utils.timing  # noqa: E402,F401

ARCHIVE = "hyperkit_export_archive.json"
# Of a request's standard error, in bytes.
KEPT = 64 << 10
# Slither's own are 0, 1, 2 and 255.
OUT_OF_MEMORY = 86
PR_SET_PDEATHSIG = 1

memory = int(sys.argv[1])
libc = ctypes.CDLL(None)


def next_line():
    """The next request; ends the process where there is none."""
    line = bytearray()
    while not line.endswith(b"\n"):
        part = os.read(0, 1 << 20)
        if not part:
            os._exit(0)
        line += part
    return line


def listen(output, errors):
    """What a request writes until it ends; nobody is left where whoever asked is gone."""
    heard = {output: bytearray(), errors: bytearray()}
    streams = select.poll()
    streams.register(0, 0)
    for stream in heard:
        streams.register(stream, select.POLLIN)
    left = set(heard)
    while left:
        for stream, _ in streams.poll():
            if stream == 0:
                os.killpg(0, signal.SIGKILL)
            part = os.read(stream, 1 << 16)
            heard[stream] += part
            if not part:
                streams.unregister(stream)
                os.close(stream)
                left.remove(stream)
        del heard[errors][:-KEPT]
    return [heard[stream].decode("utf-8", "replace") for stream in (output, errors)]


def fault(status):
    """Why a request did not come to its end; `status` is below zero for a signal."""
    if status == OUT_OF_MEMORY:
        return f"it needs more than the {memory >> 20} MiB of memory that it may have"
    return f"it was killed by {signal.Signals(-status).name}" if status < 0 else None


def become_a_request(parent, place, output, errors):
    """Leaves this process with nothing of the worker but what it has imported."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.closerange(3, max(answers, output, errors) + 1)
    os.chdir(place)
    # Where the machine runs out of memory, this is what may go.
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.argv = ["slither", ARCHIVE, "--json", "-"]


def lay_down(archive, place):
    """Writes a request where it is looked at; says why that cannot be, where it cannot."""
    try:
        os.mkdir(place, 0o700)
        with open(os.path.join(place, ARCHIVE), "wb") as file:
            file.write(archive)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        return f"{place}: {error.strerror}"
    return None


def answer(said):
    """Writes one answer."""
    line = json.dumps(said).encode() + b"\n"
    while line:
        line = line[os.write(answers, line):]


def serve():
    """Answers requests until there are no more; returns in the process of each request only."""
    while True:
        place = os.path.abspath("request")
        reason = lay_down(next_line(), place)
        if reason:
            answer({"output": "", "errors": "", "fault": None, "noPlace": reason})
            continue
        (heard_output, output), (heard_errors, errors) = os.pipe(), os.pipe()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            become_a_request(parent, place, output, errors)
            return
        os.close(output)
        os.close(errors)
        said, words = listen(heard_output, heard_errors)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        shutil.rmtree(place)
        answer({"output": said, "errors": words, "fault": fault(status)})


found = cli.get_detectors_and_printers()
cli.get_detectors_and_printers = lambda: found
# What is there now is never looked through again: a collection would copy every page of it into each request.
gc.collect()
gc.freeze()
serve()
# On this level and not in a function, so that Slither may go as deep as where its own script calls it.
try:
    cli.main()
    status = 0
except SystemExit as end:
    status = end.code if isinstance(end.code, int) else int(end.code is not None)
except MemoryError:
    status = OUT_OF_MEMORY
except BaseException:
    # Not left to Python: Slither has put something else in the place of standard error.
    os.write(2, traceback.format_exc().encode())
    status = 1
sys.stdout.flush()
os._exit(status & 0xFF)
