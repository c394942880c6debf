"""Trains a small neural network on handwritten digits in plain Python, and reports to Swath with `import swath`.

By hand: PYTHONPATH=../../apps/agent/python python3 train.py
"""

import gzip
import json
import os
import random

import swath
from network import Network, cross_entropy

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "digits", "data", "digits.csv.gz")
TRAINING_IMAGES, VALIDATION_IMAGES = 500, 300
CHECKPOINT = "checkpoint.json"
DEFAULTS = {
    "learning_rate": 0.1,
    "hidden_units": 12,
    "momentum": 0.8,
    "weight_decay": 0.0,
    "batch_size": 16,
    "epochs": 9,
    "seed": 1,
}


def load_digits():
    """Return training and validation images as (64 pixels from 0 to 1, digit); the split is always the same."""
    with gzip.open(DATA, "rt", encoding="ascii") as file:
        rows = [[int(number) for number in line.split(",")] for line in file]
    random.Random(20240101).shuffle(rows)
    images = [([pixel / 16 for pixel in row[:64]], row[64]) for row in rows]
    return images[VALIDATION_IMAGES:][:TRAINING_IMAGES], images[:VALIDATION_IMAGES]


def validate(network, images):
    """Return mean cross-entropy and accuracy."""
    loss, correct = 0.0, 0
    for pixels, label in images:
        _, probabilities = network.probabilities(pixels)
        loss += cross_entropy(probabilities, label)
        correct += probabilities.index(max(probabilities)) == label
    return loss / len(images), correct / len(images)


def train_epoch(network, images, settings, epoch):
    """Train on all images in an order that depends on seed and epoch alone, so that a resumed run sees the same."""
    order = random.Random(settings["seed"] * 1_000_003 + epoch).sample(images, len(images))
    size = settings["batch_size"]
    steps = (settings["learning_rate"], settings["momentum"], settings["weight_decay"])
    loss = sum(network.train_batch(order[start : start + size], *steps) for start in range(0, len(order), size))
    return loss / len(images)


def save(network, epoch):
    """Write a checkpoint that appears whole or not at all."""
    path = os.path.join(swath.checkpoint_dir(), CHECKPOINT)
    with open(path + ".unfinished", "w", encoding="utf-8") as file:
        json.dump({"epoch": epoch, "layers": network.layers, "velocity": network.velocity}, file)
    os.replace(path + ".unfinished", path)


def restore(network):
    """Load the checkpoint to go on from, if there is one; return the epochs already done."""
    path = swath.resume_from(CHECKPOINT)
    if path is None:
        return 0
    with open(path, encoding="utf-8") as file:
        state = json.load(file)
    network.layers, network.velocity = state["layers"], state["velocity"]
    return state["epoch"]


def main():
    """Train for `epochs` epochs, one row of metrics each."""
    settings = {**DEFAULTS, **swath.config}
    training, validation = load_digits()
    generator = random.Random(settings["seed"])
    network = Network(64, settings["hidden_units"], 10, lambda: generator.gauss(0.0, 1.0))
    for epoch in range(restore(network) + 1, settings["epochs"] + 1):
        train_loss = train_epoch(network, training, settings, epoch)
        val_loss, val_accuracy = validate(network, validation)
        metrics = {"epoch": epoch, "train_loss": train_loss, "val_loss": val_loss, "val_accuracy": val_accuracy}
        swath.log(metrics, step=epoch)
        if swath.should_checkpoint():
            save(network, epoch)
        if swath.should_stop():
            break


if __name__ == "__main__":
    main()
