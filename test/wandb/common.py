"""Shared by the scripts of this folder: a fresh Api for each read, and checks that say what they saw."""

import time

import wandb


def api():
    """A new Api each time: the client keeps runs and sweeps of an old one."""
    return wandb.Api(timeout=60)


def equal(got, want, what=""):
    assert got == want, f"{what}: got {got!r}, wanted {want!r}"


def raises(call, kinds=Exception, says=""):
    try:
        result = call()
    except kinds as error:
        assert says in str(error), f"{error!r} does not say {says!r}"
        return error
    raise AssertionError(f"nothing raised; got {result!r}")


def until(look, what, seconds=60):
    """Waits on a condition: the server may learn of an end a moment after the script."""
    end = time.time() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.time() < end, f"waited {seconds} s for {what}"
        time.sleep(0.3)


def log_run(rows, **init):
    """A run with these rows; returns its path."""
    with wandb.init(**init) as run:
        for row in rows:
            run.log(row)
        return f"{run.entity}/{run.project}/{run.id}"
