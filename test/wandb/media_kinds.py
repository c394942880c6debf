"""Media of every kind that needs no heavy package, and tables logged straight into history."""

import os
import tempfile
import wave

import numpy as np
import wandb
from common import api, equal, until

folder = tempfile.mkdtemp()
sound = os.path.join(folder, "s.wav")
with wave.open(sound, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(8000)
    file.writeframes(b"\0\0" * 800)
clip = os.path.join(folder, "v.mp4")
with open(clip, "wb") as file:
    file.write(b"\0\0\0\x18ftypmp42" + b"\0" * 64)
shape = os.path.join(folder, "o.obj")
with open(shape, "w") as file:
    file.write("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
molecule = os.path.join(folder, "m.pdb")
with open(molecule, "w") as file:
    file.write("END\n")
image = np.zeros((6, 6, 3), dtype=np.uint8)
boxes = {"p": {"box_data": [{"position": {"minX": 0.1, "maxX": 0.2, "minY": 0.1, "maxY": 0.2}, "class_id": 1, "scores": {"s": 0.5}}], "class_labels": {1: "c"}}}
masks = {"m": {"mask_data": np.zeros((6, 6), dtype=np.uint8), "class_labels": {0: "a"}}}
with wandb.init(id="media") as run:
    run.log({"image": wandb.Image(image, caption="one", boxes=boxes, masks=masks)})
    run.log({"images": [wandb.Image(image), wandb.Image(image)]})
    run.log({"audio": wandb.Audio(sound, caption="s")})
    run.log({"video": wandb.Video(clip, format="mp4")})
    run.log({"html": wandb.Html("<b>x</b>", inject=False)})
    run.log({"object": wandb.Object3D(open(shape))})
    run.log({"cloud": wandb.Object3D(np.random.rand(10, 3))})
    run.log({"molecule": wandb.Molecule(molecule)})
    run.log({"histogram": wandb.Histogram(np_histogram=([1, 2, 3], [0.0, 1.0, 2.0, 3.0]))})
    run.log({"array": np.arange(5), "scalar": np.float32(0.5), "big": 2**62, "nothing": None, "text": "t", "list": [1, 2]})
    run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, None]])})
    run.log({"classes": wandb.Image(image, classes=[{"id": 0, "name": "n"}])})
    run.log({"line": wandb.plot.line(wandb.Table(data=[[0, 1]], columns=["x", "y"]), "x", "y")})
    run.log({"matrix": wandb.plot.confusion_matrix(y_true=[0, 1], preds=[0, 1], class_names=["a", "b"])})
    path = f"{run.entity}/{run.project}/{run.id}"
run = api().run(path)
rows = list(run.scan_history())
first = lambda key: next(r[key] for r in rows if r.get(key) is not None)
kinds = {"image": "image-file", "images": "images/separated", "audio": "audio-file", "video": "video-file", "html": "html-file", "object": "object3D-file", "cloud": "object3D-file", "molecule": "molecule-file", "histogram": "histogram", "table": "table-file"}
for key, kind in kinds.items():
    equal(first(key)["_type"], kind, key)
equal(first("histogram")["values"], [1, 2, 3], "a histogram")
equal(first("big"), 2**62, "a large integer")
names = {f.name: f.size for f in until(lambda: list(run.files(per_page=200)), "files")}
for key in ("image", "audio", "video", "html", "object", "cloud", "molecule", "table"):
    value = first(key)
    equal(names.get(value["path"]), value["size"], f"the file of {key}")
for name in first("images")["filenames"]:
    equal(names.get(name) is not None, True, name)
loaded = run.file(first("table")["path"]).download(folder, replace=True).read()
equal('"data": [[1, "x"], [2, null]]' in loaded or '"data":[[1,"x"],[2,null]]' in loaded, True, loaded[:200])
equal({a.type for a in run.logged_artifacts()} >= {"run_table"}, True, "tables become artifacts")
