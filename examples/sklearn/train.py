"""Trains a support vector machine on handwritten digits with scikit-learn and reports to Swath after each pass.

The Gaussian kernel is approximated by random Fourier features, so that the machine can be trained by stochastic gradient
descent, one pass at a time. By hand: PYTHONPATH=../../apps/agent/python python3 train.py
"""

import os
import pickle

import numpy as np
import swath
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

CHECKPOINT = "checkpoint.pickle"
DEFAULTS = {"gamma": 0.3, "features": 300, "alpha": 0.0001, "learning_rate": 0.1, "average": True, "epochs": 27, "seed": 1}


def new_state(settings, images):
    """Return the fitted feature map, the untrained classifier and no epochs done."""
    sampler = RBFSampler(gamma=settings["gamma"], n_components=settings["features"], random_state=settings["seed"])
    classifier = SGDClassifier(
        loss="hinge",
        alpha=settings["alpha"],
        learning_rate="constant",
        eta0=settings["learning_rate"],
        average=settings["average"],
    )
    return {"features": make_pipeline(MinMaxScaler(), sampler).fit(images), "classifier": classifier, "epoch": 0}


def restore():
    """Return the state that an earlier attempt saved, or None. Unpickle only what your own trials wrote."""
    path = swath.resume_from(CHECKPOINT)
    if path is None:
        return None
    with open(path, "rb") as file:
        return pickle.load(file)


def save(state):
    """Write a checkpoint that appears whole or not at all."""
    path = os.path.join(swath.checkpoint_dir(), CHECKPOINT)
    with open(path + ".unfinished", "wb") as file:
        pickle.dump(state, file)
    os.replace(path + ".unfinished", path)


def hinge_loss(scores, labels):
    """Return the mean multiclass hinge loss (Crammer and Singer): how far the right class is from winning by 1."""
    right = scores[np.arange(len(labels)), labels]
    others = np.where(np.eye(scores.shape[1], dtype=bool)[labels], -np.inf, scores).max(axis=1)
    return np.maximum(0.0, 1.0 - right + others).mean()


def main():
    """Train for `epochs` passes, one row of metrics each."""
    settings = {**DEFAULTS, **swath.config}
    images, labels = load_digits(return_X_y=True)
    split = train_test_split(images, labels, test_size=599, random_state=0, stratify=labels)
    train_images, val_images, train_labels, val_labels = split
    state = restore() or new_state(settings, train_images)
    train_features, val_features = (state["features"].transform(part) for part in (train_images, val_images))
    for epoch in range(state["epoch"] + 1, settings["epochs"] + 1):
        # The order depends on seed and epoch alone, so that a resumed run sees the same.
        order = np.random.default_rng([settings["seed"], epoch]).permutation(len(train_labels))
        state["classifier"].set_params(random_state=settings["seed"] + epoch)
        state["classifier"].partial_fit(train_features[order], train_labels[order], classes=np.arange(10))
        state["epoch"] = epoch
        scores = state["classifier"].decision_function(val_features)
        accuracy = (scores.argmax(axis=1) == val_labels).mean()
        swath.log({"epoch": epoch, "val_loss": hinge_loss(scores, val_labels), "val_accuracy": accuracy}, step=epoch)
        if swath.should_checkpoint():
            save(state)
        if swath.should_stop():
            break


if __name__ == "__main__":
    main()
