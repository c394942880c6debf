"""Lives of runs: resume in each mode, rewind, fork, preemption, tags at init, code and alerts."""

import os
import subprocess
import sys

import wandb
from common import api, equal, log_run, raises, until

project = os.environ["WANDB_PROJECT"]


def steps(path, key="v"):
    return [(r["_step"], r[key]) for r in api().run(path).scan_history() if key in r]


# Resume.
path = log_run([{"v": i} for i in range(5)], id="resumed", config={"a": 1}, tags=["first"])
where = path.rsplit("/", 1)[0]
with wandb.init(id="resumed", resume="must", config={"b": 2}) as run:
    equal(run.starting_step, 5, "the next step")
    equal(run.resumed, True)
    equal(run.config["a"], 1, "config of before")
    run.log({"v": 5})
equal(steps(path), [(i, i) for i in range(6)], "resume=must")
with wandb.init(id="resumed", resume="allow") as run:
    run.log({"v": 6})
    run.log({"v": 9}, step=9)
equal(steps(path), [(i, i) for i in range(7)] + [(9, 9)], "resume=allow")
equal(api().run(path).config, {"a": 1, "b": 2}, "configs are merged")
equal(api().run(path).tags, ["first"], "tags stay")
raises(lambda: wandb.init(id="resumed", resume="never"), Exception)
raises(lambda: wandb.init(id="never-made", resume="must"), Exception)
with wandb.init(id="fresh", resume="allow") as run:
    equal(run.resumed, False)
    run.log({"v": 0})
equal(steps(f"{where}/fresh"), [(0, 0)], "allow of a new run")
with wandb.init(id="once", resume="never") as run:
    run.log({"v": 0})
equal(steps(f"{where}/once"), [(0, 0)], "never of a new run")

# The same id without resume overwrites.
log_run([{"v": 10 + i} for i in range(3)], id="again")
log_run([{"v": 20 + i} for i in range(2)], id="again")
got = steps(f"{where}/again")
equal(got[:2], [(0, 20), (1, 21)], "a second run of the same id writes from its first step")

# Rewind and fork.
log_run([{"v": i, "w": -i} for i in range(10)], id="rewound")
with wandb.init(resume_from="rewound?_step=4") as run:
    run.log({"v": 500})
    run.log({"v": 600})
equal(steps(f"{where}/rewound"), [(i, i) for i in range(5)] + [(5, 500), (6, 600)], "rewind")
log_run([{"v": i} for i in range(10)], id="stem", config={"lr": 1})
with wandb.init(fork_from="stem?_step=3", id="branch") as run:
    run.log({"v": 100})
    run.log({"v": 101})
equal(steps(f"{where}/branch"), [(i, i) for i in range(4)] + [(4, 100), (5, 101)], "fork")
equal(len(steps(f"{where}/stem")), 10, "the stem keeps its rows")

# Edits while it runs.
with wandb.init(id="edited", tags=["a"], group="g", job_type="j", notes="n") as run:
    run.tags += ("b",)
    run.notes = "changed"
    run.name = "other"
    run.config.update({"lr": 1})
    run.config.update({"lr": 2}, allow_val_change=True)
    run.summary["kept"] = 3
    run.log({"v": 1})
run = api().run(f"{where}/edited")
equal((sorted(run.tags), run.group, run.job_type, run.notes, run.name), (["a", "b"], "g", "j", "changed", "other"), "edits")
equal((run.config["lr"], run.summary["kept"]), (2, 3), "config and summary")
equal(run.metadata["program"] != "", True, "metadata")

# Summaries that are defined.
with wandb.init(id="defined") as run:
    run.define_metric("loss", summary="min")
    run.define_metric("acc", summary="max,last")
    run.define_metric("epoch", hidden=True)
    run.define_metric("val/*", step_metric="epoch", summary="mean")
    for i, value in enumerate([3.0, 1.0, 2.0]):
        run.log({"loss": value, "acc": value, "val/x": value, "epoch": i * 10})
summary = api().run(f"{where}/defined").summary
equal(summary["loss"]["min"], 1.0, "summary=min")
equal((summary["acc"]["max"], summary["acc"]["last"]), (3.0, 2.0), "summary=max,last")
equal(summary["val/x"]["mean"], 2.0, "summary=mean of a glob")
rows = api().run(f"{where}/defined").history(keys=["val/x"], x_axis="epoch", pandas=False)
equal([(r["epoch"], r["val/x"]) for r in rows], [(0, 3.0), (10, 1.0), (20, 2.0)], "a step metric")

# Code, alerts.
with open("training_code.py", "w") as file:
    file.write("print(1)\n")
with wandb.init(id="code") as run:
    art = run.log_code(".", include_fn=lambda path, *_: path.endswith("training_code.py"))
    run.alert("title", "text", level=wandb.AlertLevel.WARN, wait_duration=0)
    run.log({"v": 1})
used = [a for a in api().run(f"{where}/code").logged_artifacts() if a.type == "code"]
equal(len(used), 1, "log_code")
equal("training_code.py" in used[0].manifest.entries, True, "the file of log_code")

# Failures and crashes.
# A child that inherited this would share the client service of this script.
environment = {k: v for k, v in os.environ.items() if k not in ("WANDB_SERVICE", "WANDB__SERVICE")}
script = "import wandb, sys\nrun = wandb.init(id=sys.argv[1])\nrun.log({'v': 1})\n"
for name, end, state in [("raises", "raise ValueError('x')", "failed"), ("exits", "sys.exit(3)", "failed"), ("marked", "run.finish(exit_code=4)", "failed")]:
    subprocess.run([sys.executable, "-c", script + end, name], env=environment, capture_output=True, check=False)
    until(lambda name=name, state=state: api().run(f"{where}/{name}").state == state, f"{name} to be {state}")
with wandb.init(id="preempting") as run:
    run.log({"v": 1})
    run.mark_preempting()
until(lambda: api().run(f"{where}/preempting").state in ("finished", "preempted"), "the end after mark_preempting")
