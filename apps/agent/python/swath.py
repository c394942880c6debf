"""Talk to Swath from a training script: read the trial's parameters, report metrics, stop and checkpoint in time.

    import swath

    rate = swath.config.get("learning_rate", 0.01)
    for epoch in range(1, 28):
        loss = train(rate)
        swath.log({"val_loss": loss}, step=epoch)
        if swath.should_checkpoint():
            save(os.path.join(swath.checkpoint_dir(), "weights"))
        if swath.should_stop():
            break

One file, standard library only, Python 3.8 or newer. Swath's agent puts it on PYTHONPATH and sets the variables named
below; without them the same script runs by itself: `config` is empty, metrics are printed, nothing asks it to stop.
"""

import json
import math
import os
import signal
import sys
import threading

__all__ = ["config", "log", "report_objective", "should_stop", "should_checkpoint", "checkpoint_dir", "resume_from"]

_lock = threading.Lock()
_metrics_file = None
_stop = threading.Event()
_stop_handled = False
_checkpoint = threading.Event()


def log(metrics, step=None):
    """Report metrics, by name, as one row; on disk (or printed) when this returns.

    Values are numbers, numpy scalars, strings, booleans, None, or lists and dicts of them. NaN and infinities are kept.
    `step` is a whole number from 0 that does not decrease; left out, Swath counts the rows.
    """
    row = {str(name): _plain(value) for name, value in metrics.items()}
    if step is not None:
        if row.get("step", step) != step:
            raise ValueError("log() got step=%r and a metric named 'step' of %r: give one" % (step, row["step"]))
        row["step"] = _whole(step)
    _write((json.dumps(row, allow_nan=False) + "\n").encode("utf-8"))


def report_objective(value, step=None):
    """Report the value of the metric that the sweep optimises (its name is in SWATH_OBJECTIVE, else `objective`)."""
    log({os.environ.get("SWATH_OBJECTIVE") or "objective": value}, step)


def should_stop():
    """Whether the trial was told to stop. Ask once a step, save what you need, and leave the loop.

    SIGTERM ends a script that never asks at once. From the first call (on the main thread) SIGTERM only makes this
    return True, and the script has the grace period of its lease, 10 s by default, before it is killed.
    """
    global _stop_handled
    if not _stop_handled and threading.current_thread() is threading.main_thread():
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, lambda *_: _stop.set())
        _stop_handled = True
    return _stop.is_set()


def should_checkpoint():
    """Whether to write a checkpoint now: once for each request if the sweep has a checkpoint_signal, else every time.

    Always False when there is no folder for checkpoints. Write to another name and rename, so that none is half written.
    """
    if checkpoint_dir() is None:
        return False
    if not os.environ.get("SWATH_CHECKPOINT_SIGNAL"):
        return True
    asked = _checkpoint.is_set()
    _checkpoint.clear()
    return asked


def checkpoint_dir():
    """Folder for checkpoints (SWATH_CHECKPOINT_DIR), made if needed, or None. The trial's next attempt finds it again, on any node."""
    folder = os.environ.get("SWATH_CHECKPOINT_DIR")
    if not folder:
        return None
    os.makedirs(folder, exist_ok=True)
    return folder


def resume_from(name=None):
    """Path of the checkpoint to go on from (SWATH_RESUME_FROM), or None for a fresh start.

    With `name`, the file of that name in that folder, and None also when the attempt before did not get to write it."""
    path = os.environ.get("SWATH_RESUME_FROM") or None
    if path is None or name is None:
        return path
    file = os.path.join(path, name)
    return file if os.path.exists(file) else None


def _plain(value):
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        # JSON has no NaN and no infinities; Swath reads these three strings as the numbers they are.
        if math.isfinite(value):
            return float(value)
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    for convert in ("item", "tolist", "__float__"):  # scalars and arrays of numpy and its like, then any number
        try:
            return _plain(getattr(value, convert)())
        except (AttributeError, TypeError, ValueError, RuntimeError):
            continue
    raise TypeError("log() cannot report a %s: convert it to a number or a string" % type(value).__name__)


def _whole(step):
    number = int(step)
    if number != step or number < 0:
        raise ValueError("step must be a whole number from 0, got %r" % (step,))
    return number


def _write(line):
    # One append of the whole line: lines of several threads or processes never mix, and nothing is left in a buffer.
    global _metrics_file
    path = os.environ.get("SWATH_METRICS")
    with _lock:
        if not path:
            sys.stdout.flush()
        if path and _metrics_file is None:
            _metrics_file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        while line:
            line = line[os.write(_metrics_file if path else 1, line) :]


if os.environ.get("SWATH_CHECKPOINT_SIGNAL") and threading.current_thread() is threading.main_thread():
    # Installed on import: until then the signal would end the process.
    signal.signal(getattr(signal, os.environ["SWATH_CHECKPOINT_SIGNAL"]), lambda *_: _checkpoint.set())

config = {}
"""The trial's parameters by name, nested as the sweep nests them (from the JSON file SWATH_PARAMETERS)."""
if os.environ.get("SWATH_PARAMETERS"):
    with open(os.environ["SWATH_PARAMETERS"], encoding="utf-8") as _file:
        config.update(json.load(_file))
