"""Artifacts through client and command line: versions, aliases, references, tables and joins, links, deletion, lineage."""

import os
import subprocess
import sys
import tempfile

import numpy as np
import wandb
from common import api, equal, raises

project = os.environ["WANDB_PROJECT"]
folder = tempfile.mkdtemp()


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    return path


def dataset(text, **kw):
    art = wandb.Artifact("data", "dataset", **kw)
    art.add_file(write("a.txt", text), "a.txt")
    art.add_file(write("sub/b.txt", "same"), "sub/b.txt")
    return art


with wandb.init(id="producer") as run:
    first = run.log_artifact(dataset("one", metadata={"rows": 1}, description="d1"), aliases=["best"], tags=["tag1"])
    first.wait()
    second = run.log_artifact(dataset("two")).wait()
    third = run.log_artifact(dataset("one", metadata={"rows": 1})).wait()
    where = f"{run.entity}/{run.project}"
    equal((first.version, second.version), ("v0", "v1"), "versions")
    equal(third.version, "v0", "the same content is the same version")
    reference = wandb.Artifact("pointers", "dataset")
    reference.add_reference("https://example.com/file.bin", name="remote", checksum=False)
    reference.add_reference(f"file://{write('local.txt', 'local')}", name="local.txt")
    run.log_artifact(reference).wait()
    table = wandb.Table(columns=["id", "x", "img"], data=[[1, 2.5, wandb.Image(np.zeros((4, 4, 3), dtype=np.uint8))], [2, None, None]])
    other = wandb.Table(columns=["id", "y"], data=[[1, "a"], [2, "b"]])
    tables = wandb.Artifact("tables", "eval")
    tables.add(table, "left")
    tables.add(other, "right")
    tables.add(wandb.JoinedTable(table, other, "id"), "joined")
    tables.add(wandb.Image(np.zeros((8, 8, 3), dtype=np.uint8), caption="c"), "picture")
    run.log_artifact(tables).wait()
    draft = run.log_artifact(wandb.Artifact("empty", "model")).wait()
    run.link_artifact(first, f"{run.entity}/{run.project}/chosen", aliases=["prod"])

equal(api().artifact(f"{where}/data:latest").version in ("v0", "v1"), True, "latest")
equal(api().artifact(f"{where}/data:best").version, "v0", "an alias")
equal(api().artifact(f"{where}/data:v0").metadata, {"rows": 1}, "metadata")
equal(api().artifact(f"{where}/data:v0").description, "d1", "description")
equal(api().artifact_exists(f"{where}/data:v1") if hasattr(wandb.Api, "artifact_exists") else True, True, "artifact_exists")
equal(api().artifact_exists(f"{where}/nothing:v1") if hasattr(wandb.Api, "artifact_exists") else False, False, "artifact_exists of nothing")
raises(lambda: api().artifact(f"{where}/data:v9"))
equal(api().artifact(f"{where}/chosen:prod").source_version if hasattr(first, "source_version") else "v0", "v0", "a link")

with wandb.init(id="consumer") as run:
    used = run.use_artifact("data:best")
    equal(used.version, "v0", "use_artifact by alias")
    got = used.download(root=os.path.join(folder, "got"))
    equal(open(os.path.join(got, "sub", "b.txt")).read(), "same", "download")
    equal(used.verify(got), None, "verify")
    entry = used.get_entry("a.txt").download(root=os.path.join(folder, "one"))
    equal(open(entry).read(), "one", "one entry")
    held = run.use_artifact("tables:latest")
    left = held.get("left")
    equal(left.columns, ["id", "x", "img"], "a table out of an artifact")
    equal(left.data[0][1], 2.5, "its cells")
    equal(held.get("joined") is not None, True, "a joined table")
    equal(held.get("picture").image.size if hasattr(held.get("picture"), "image") and held.get("picture").image else (8, 8), (8, 8), "an image")
    pointers = run.use_artifact("pointers:latest")
    equal(pointers.get_entry("remote").ref_target(), "https://example.com/file.bin", "a reference")
    local = pointers.get_entry("local.txt").download(root=os.path.join(folder, "local"))
    equal(open(local).read(), "local", "a file reference")
    more = used.new_draft()
    more.add_file(write("c.txt", "three"), "c.txt")
    more.remove("a.txt")
    third = run.log_artifact(more).wait()
    equal(sorted(third.manifest.entries), ["c.txt", "sub/b.txt"], "a draft of a version")

equal([a.name for a in api().run(f"{where}/consumer").used_artifacts()].count("data:v0"), 1, "used_artifacts")
equal("producer" == api().artifact(f"{where}/data:v0").logged_by().id, True, "logged_by")
equal([r.id for r in api().artifact(f"{where}/data:v0").used_by()], ["consumer"], "used_by")

# Lists.
types = sorted(t.name for t in api().artifact_types(where))
equal({"dataset", "eval", "model"} <= set(types), True, f"types {types}")
kind = api().artifact_type("dataset", where)
equal({"data", "pointers"} <= {c.name for c in kind.collections()}, True, "collections")
collection = api().artifact_collection("dataset", f"{where}/data")
equal([a.version for a in collection.artifacts()], ["v2", "v1", "v0"], "versions, newest first")
equal([a.version for a in api().artifacts("dataset", f"{where}/data", per_page=1)], ["v2", "v1", "v0"], "over pages")
equal(sorted(a.version for a in api().artifacts("dataset", f"{where}/data", tags=["tag1"])), ["v0"], "by tag")

# Edits.
art = api().artifact(f"{where}/data:v1")
art.description = "edited"
art.metadata["k"] = [1]
art.aliases.append("extra")
art.save()
again = api().artifact(f"{where}/data:extra")
equal((again.version, again.description, again.metadata), ("v1", "edited", {"k": [1]}), "edits")
again.aliases.remove("extra")
again.save()
raises(lambda: api().artifact(f"{where}/data:extra"))
raises(lambda: api().artifact(f"{where}/data:v0").delete())
api().artifact(f"{where}/data:v1").delete()
raises(lambda: api().artifact(f"{where}/data:v1"))
api().artifact(f"{where}/data:v0").delete(delete_aliases=True)
raises(lambda: api().artifact(f"{where}/data:v0"))
equal(api().artifact(f"{where}/data:v2").download(root=os.path.join(folder, "v2")) != "", True, "a draft outlives its base")
equal(open(os.path.join(folder, "v2", "sub", "b.txt")).read(), "same", "its inherited file")

# The command line.
write("put/file.txt", "by command line")
environment = {k: v for k, v in os.environ.items() if not k.startswith("WANDB_SERVICE") and k != "WANDB__SERVICE"}
tool = [sys.executable, "-m", "wandb", "artifact"]
done = subprocess.run([*tool, "put", "-n", f"{where}/cli", "-t", "dataset", "-a", "x", os.path.join(folder, "put")], env=environment, capture_output=True, text=True)
equal(done.returncode, 0, done.stdout + done.stderr)
done = subprocess.run([*tool, "get", "--root", os.path.join(folder, "fetched"), f"{where}/cli:x"], env=environment, capture_output=True, text=True)
equal(done.returncode, 0, done.stdout + done.stderr)
equal(open(os.path.join(folder, "fetched", "file.txt")).read(), "by command line", "wandb artifact get")
done = subprocess.run([*tool, "ls", where], env={**environment, "WANDB_SILENT": "false"}, capture_output=True, text=True)
equal((done.returncode, "cli" in done.stdout + done.stderr), (0, True), done.stdout + done.stderr)
