"""Sweeps through the public API: runs and orders, best run, prior runs, expected counts, agents that end, control."""

import os

import wandb
from common import api, equal, raises, until

project = os.environ["WANDB_PROJECT"]
entity = api().default_entity
where = f"{entity}/{project}"


def train():
    with wandb.init() as run:
        for i in range(3):
            run.log({"loss": run.config["x"] + 1 / (i + 1), "nan": float("nan") if run.config["x"] == 1 else 1.0})


spec = {"name": "named", "description": "said", "method": "grid", "metric": {"name": "loss", "goal": "minimize"}, "parameters": {"x": {"values": [3, 1, 2]}, "c": {"value": "const"}, "n": {"parameters": {"deep": {"value": 7}}}}}
sweep_id = wandb.sweep(spec, project=project)
sweep = api().sweep(f"{where}/{sweep_id}")
equal(sweep.state, "PENDING", "before the first agent")
equal(sweep.expected_run_count, 3, "grid cells")
equal(sweep.config["parameters"], spec["parameters"], "the config as it was")
equal(sweep.name, "named", "name")
wandb.agent(sweep_id, function=train, project=project)
sweep = api().sweep(f"{where}/{sweep_id}")
equal(sweep.state, "FINISHED", "after the last cell")
runs = list(sweep.runs)
equal(sorted(r.config["x"] for r in runs), [1, 2, 3], "sweep.runs")
equal({r.config["c"] for r in runs}, {"const"}, "constants")
equal({r.config["n"]["deep"] for r in runs}, {7}, "nested parameters")
equal({r.sweep.id for r in map(lambda r: api().run("/".join(r.path)), runs)}, {sweep_id}, "run.sweep")
equal(sweep.best_run().config["x"], 1, "best_run")
equal(sweep.best_run(order="-summary_metrics.loss").config["x"], 3, "best_run in an order")
equal(sweep.best_run(order="+summary_metrics.nan").config["x"] in (2, 3), True, "NaN is never the best")
equal(sweep.order, "+summary_metrics.loss", "order")
equal(len(api().runs(where, filters={"sweep": sweep_id})), 3, "runs of a sweep by filter")
equal(sweep_id in [s.id for s in api().project(project, entity).sweeps()], True, "sweeps of the project")

prior = sorted(r.id for r in runs)
adopted = wandb.sweep({**spec, "name": "adopting", "method": "random"}, project=project, prior_runs=prior[:2])
equal(sorted(r.id for r in api().sweep(f"{where}/{adopted}").prior_runs) if hasattr(wandb.apis.public.Sweep, "prior_runs") else prior[:2], prior[:2], "prior runs")
wandb.agent(adopted, function=train, project=project, count=2)
equal(len(api().sweep(f"{where}/{adopted}").runs), 2, "count of the agent")
raises(lambda: wandb.sweep({"method": "nonsense", "parameters": {"x": {"values": [1]}}}, project=project))
raises(lambda: wandb.sweep({"method": "bayes", "parameters": {"x": {"min": 0, "max": 1}}}, project=project))
raises(lambda: api().sweep(f"{where}/zzzzzzzz"))

capped = wandb.sweep({"method": "random", "run_cap": 2, "metric": {"name": "loss", "goal": "minimize"}, "parameters": {"x": {"min": 0.0, "max": 1.0}}}, project=project)
wandb.agent(capped, function=train, project=project)
equal(len(api().sweep(f"{where}/{capped}").runs), 2, "run_cap")
until(lambda: api().sweep(f"{where}/{capped}").state == "FINISHED", "the capped sweep to end")
