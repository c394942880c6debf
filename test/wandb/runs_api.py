"""What people do to runs through the public API: edits, filters, orders, history by keys and steps, files, deletion."""

import os
import tempfile

import wandb
from common import api, equal, log_run, raises

project = os.environ["WANDB_PROJECT"]

paths = [
    log_run(
        [{"loss": 1 / (i + 1) + n, "acc": i / 10, "deep": {"x": i, "y": {"z": i * 2}}} for i in range(20)],
        config={"lr": 0.1 * (n + 1), "name": f"m{n}", "nested": {"depth": n, "list": [n, {"a": n}]}, "flag": n % 2 == 0},
        group=f"g{n % 2}",
        job_type="train" if n < 3 else "eval",
        tags=["base", f"t{n}"],
        notes=f"note {n}",
        name=f"run {n}",
    )
    for n in range(5)
]
entity = paths[0].split("/")[0]
where = f"{entity}/{project}"

# Filters and orders.
by = lambda **kw: [r.name for r in api().runs(where, **kw)]
equal(by(order="+created_at"), [f"run {n}" for n in range(5)], "oldest first")
equal(by(), [f"run {n}" for n in range(5)], "oldest first by default")
equal(by(order="-config.lr"), [f"run {n}" for n in reversed(range(5))], "by config")
equal(by(order="+config.lr.value"), [f"run {n}" for n in range(5)], "by config, the old way to say it")
equal(by(order="+summary_metrics.loss"), [f"run {n}" for n in range(5)], "by summary")
equal(by(order="-display_name"), [f"run {n}" for n in reversed(range(5))], "by name")
equal(by(filters={"config.lr": {"$gt": 0.25}}, order="+created_at"), ["run 2", "run 3", "run 4"], "$gt")
equal(by(filters={"config.lr.value": {"$lte": 0.25}}, order="+created_at"), ["run 0", "run 1"], "$lte")
equal(by(filters={"config.nested.depth": 3}), ["run 3"], "nested config")
equal(by(filters={"config.nested.value.depth": 3}), ["run 3"], "nested config in an envelope")
equal(by(filters={"config.flag": True}, order="+created_at"), ["run 0", "run 2", "run 4"], "a boolean")
equal(by(filters={"config.name": {"$regex": "m[34]"}}, order="+created_at"), ["run 3", "run 4"], "$regex")
equal(by(filters={"display_name": {"$regex": "run [01]"}}, order="+created_at"), ["run 0", "run 1"], "$regex on a name")
equal(by(filters={"$and": [{"tags": "base"}, {"tags": {"$in": ["t1", "t2"]}}]}, order="+created_at"), ["run 1", "run 2"], "tags")
equal(by(filters={"tags": {"$nin": ["t1", "t2"]}}, order="+created_at"), ["run 0", "run 3", "run 4"], "$nin")
equal(by(filters={"jobType": "eval"}, order="+created_at"), ["run 3", "run 4"], "job type")
equal(by(filters={"group": "g1"}, order="+created_at"), ["run 1", "run 3"], "group")
equal(by(filters={"state": {"$ne": "finished"}}), [], "state")
equal(by(filters={"summary_metrics.loss": {"$lt": 1.5}}, order="+created_at"), ["run 0", "run 1"], "summary")
equal(by(filters={"summary_metrics.deep.y.z": {"$exists": True}, "config.lr": {"$not": {"$lt": 0.45}}}), ["run 4"], "$exists, $not")
equal(by(filters={"$or": [{"config.lr": 0.1}, {"name": paths[2].split("/")[2]}]}, order="+created_at"), ["run 0", "run 2"], "$or")
equal(by(filters={"username": {"$ne": "nobody"}, "created_at": {"$gt": "2020-01-01"}, "createdAt": {"$lt": "2999-01-01T00:00:00"}}, order="+created_at")[0], "run 0", "times")
raises(lambda: by(filters={"config.lr": {"$nonsense": 1}}), Exception)
page = api().runs(where, per_page=2, order="+created_at")
equal(len(page), 5, "len of a paged list")
equal([page[i].name for i in range(5)], [f"run {n}" for n in range(5)], "by index over pages")

# Histories.
run = api().run(paths[1])
rows = list(run.scan_history(keys=["loss", "_step"], min_step=5, max_step=9))
equal([r["_step"] for r in rows], [5, 6, 7, 8], "scan_history(keys, min_step, max_step)")
equal([r["_step"] for r in run.scan_history(min_step=17)], [17, 18, 19], "scan_history(min_step)")
equal(len(list(run.scan_history(page_size=3))), 20, "small pages")
equal([r["deep.y.z"] for r in run.scan_history(keys=["deep.y.z"])], [i * 2 for i in range(20)], "nested keys")
equal(list(run.scan_history(keys=["absent"])), [], "a key that was never logged")
frame = run.history(keys=["loss", "acc"], pandas=False)
equal(len(frame), 20, "history(keys)")
equal(len(run.history(samples=7, pandas=False)) in (6, 7, 8), True, "history(samples)")
equal(run.history(keys=["loss"], x_axis="acc", pandas=False)[3]["acc"], 0.3, "history with an axis")
equal(list(run.history(keys=["loss"]).columns), ["_step", "loss"], "history as a frame")
equal(run.lastHistoryStep, 19, "lastHistoryStep")

# Edits.
run.config["added"] = {"k": [1, 2]}
run.config["lr"] = 7
run.tags = ["x", "y"]
run.notes = "new notes"
run.name = "renamed"
run.group = "g9"
run.update()
run.summary["best"] = 0.5
run.summary.update({"more": {"deep": 3}, "text": "t"})
again = api().run(paths[1])
equal(again.config["added"], {"k": [1, 2]}, "config edit")
equal(again.config["lr"], 7, "config edit of a value")
equal(again.config["nested"]["list"], [1, {"a": 1}], "config that was not edited")
equal(sorted(again.tags), ["x", "y"], "tags")
equal((again.notes, again.name, again.group), ("new notes", "renamed", "g9"), "notes, name, group")
equal(again.summary["best"], 0.5, "summary edit")
equal(again.summary["more"]["deep"], 3, "nested summary edit")
equal(again.summary["_step"], 19, "the rest of the summary stays")
equal(again.state, "finished", "an edit does not revive a run")
equal(len(list(again.scan_history())), 20, "an edit does not touch history")
again.tags = []
again.update()
equal(list(api().run(paths[1]).tags), [], "tags can be taken away")

# Files.
with wandb.init(project=project, name="files") as run:
    folder = tempfile.mkdtemp()
    for n in range(130):
        with open(os.path.join(folder, f"f{n:03}.txt"), "w") as file:
            file.write("x" * n)
    run.save(os.path.join(folder, "*.txt"), base_path=folder, policy="now")
    with open(os.path.join(folder, "grün es.txt"), "w") as file:
        file.write("ü")
    run.save(os.path.join(folder, "grün es.txt"), base_path=folder, policy="now")
    files_path = f"{run.entity}/{run.project}/{run.id}"
run = api().run(files_path)
names = [f.name for f in run.files(per_page=20)]
equal(len([n for n in names if n.startswith("f")]), 130, "files over pages")
equal(len(set(names)), len(names), "no file twice")
equal([f.name for f in run.files(names=["f007.txt", "f008.txt"])], ["f007.txt", "f008.txt"], "files by name")
equal(run.file("f100.txt").size, 100, "size")
equal(run.file("grün es.txt").download(folder, replace=True).read(), "ü", "a name beyond ASCII")
if hasattr(wandb.apis.public.runs.Run, "files") and "pattern" in run.files.__code__.co_varnames:
    equal(len(run.files(pattern="f01%")), 10, "files by pattern")
up = os.path.join(folder, "late.bin")
with open(up, "wb") as file:
    file.write(os.urandom(70_000))
run.upload_file(up, root=folder)
equal(api().run(files_path).file("late.bin").size, 70_000, "upload_file")
run.file("f001.txt").delete()
equal([f.name for f in api().run(files_path).files(names=["f001.txt"]) if f.size], [], "a deleted file is gone")

# Deletion.
victim = api().run(paths[4])
victim.delete()
raises(lambda: api().run(paths[4]))
equal(len(api().runs(where, filters={"display_name": "run 4"})), 0, "a deleted run leaves the lists")
raises(lambda: api().run(f"{where}/absent"))
raises(lambda: len(api().runs(f"{entity}/no-such-project")))
equal(project in [p.name for p in api().projects(entity)], True, "the project is listed")
equal(api().project(project, entity).name, project, "the project by name")
