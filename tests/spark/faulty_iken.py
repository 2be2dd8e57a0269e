"""Stands in for iken and fails on purpose. The environment says how: IKEN_TEST_REAL, the program; IKEN_TEST_CALLS, a
folder that counts the calls; IKEN_TEST_FAULT, what to do from the second call on (the first is the driver's)."""

import os
import signal
import subprocess
import sys
from pathlib import Path

real = [os.environ["IKEN_TEST_REAL"], *sys.argv[1:]]
fault = os.environ["IKEN_TEST_FAULT"]


def number_of_this_call():
    call = 1
    while True:
        try:
            (Path(os.environ["IKEN_TEST_CALLS"]) / str(call)).mkdir()
            return call
        except FileExistsError:
            call += 1


def die_in_mid_stream():
    """Hands on one half of what the real iken says, and is killed."""
    out = subprocess.run(real, stdin=sys.stdin, stdout=subprocess.PIPE).stdout
    sys.stdout.buffer.write(out[: len(out) // 2])
    sys.stdout.buffer.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def lose_a_row():
    import pyarrow as pa

    child = subprocess.Popen(real, stdin=sys.stdin, stdout=subprocess.PIPE)
    with pa.ipc.open_stream(child.stdout) as stream, pa.ipc.new_stream(sys.stdout.buffer, stream.schema) as out:
        for n, batch in enumerate(stream):
            out.write_batch(batch.slice(1) if n == 0 else batch)
    sys.stdout.buffer.flush()
    sys.exit(child.wait())


call = number_of_this_call()
if fault == "killed once" and call == 3:
    die_in_mid_stream()
elif fault == "one row short" and call > 1:
    lose_a_row()
elif fault == "bad model" and call > 1:
    model = real.index("--model") + 1
    real[model] = os.environ["IKEN_TEST_BAD_MODEL"]
os.execv(real[0], real)
