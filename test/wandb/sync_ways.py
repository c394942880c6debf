"""Runs recorded without a network and synced later: each form of `wandb sync`, twice, into another project or run."""

import os
import subprocess
import sys

import wandb
from common import api, equal

project = os.environ["WANDB_PROJECT"]
environment = {k: v for k, v in os.environ.items() if k not in ("WANDB_SERVICE", "WANDB__SERVICE")}
script = """
import wandb, sys
with wandb.init(id=sys.argv[1], config={"a": 1}, tags=["off"], group="g") as run:
    for i in range(50):
        run.log({"v": i, "nan": float("nan"), "t": {"x": i}})
    art = wandb.Artifact("offline-data", "dataset")
    with art.new_file("f.txt") as f:
        f.write(sys.argv[1])
    run.log_artifact(art)
    run.log({"table": wandb.Table(columns=["a"], data=[[1]])})
"""
for name in ("off1", "off2"):
    done = subprocess.run([sys.executable, "-c", script, name], env={**environment, "WANDB_MODE": "offline"}, capture_output=True, text=True)
    equal(done.returncode, 0, done.stdout + done.stderr)
root = os.path.join(os.environ.get("WANDB_DIR", "."), "wandb")
folders = {name: os.path.join(root, next(d for d in sorted(os.listdir(root)) if d.endswith(f"-{name}"))) for name in ("off1", "off2")}


def sync(*args):
    done = subprocess.run([sys.executable, "-m", "wandb", "sync", *args], env=environment, capture_output=True, text=True, cwd=os.path.dirname(root))
    equal(done.returncode, 0, done.stdout + done.stderr)
    return done.stdout + done.stderr


entity = api().default_entity
where = f"{entity}/{project}"
for name in ("off1", "off2"):
    sync(folders[name])
for name in ("off1", "off2"):
    run = api().run(f"{where}/{name}")
    rows = [r for r in run.scan_history() if r.get("v") is not None]
    equal([(r["_step"], r["v"]) for r in rows], [(i, i) for i in range(50)], name)
    equal((run.config["a"], run.tags, run.group, run.state), (1, ["off"], "g", "finished"), name)
for mark in os.listdir(folders["off2"]):
    if mark.endswith(".synced"):
        os.remove(os.path.join(folders["off2"], mark))
sync(folders["off2"])
equal(len([r for r in api().run(f"{where}/off2").scan_history() if r.get("v") is not None]), 50, "a second sync adds nothing")
sync("--id", "another", "-p", f"{project}-b", folders["off1"], "--include-synced")
equal(len([r for r in api().run(f"{entity}/{project}-b/another").scan_history() if r.get("v") is not None]), 50, "into another project and run")
equal(api().artifact(f"{where}/offline-data:latest").type, "dataset", "an artifact of an offline run")
