"""Trains a small convolutional network on handwritten digits with numpy and reports to Swath after each epoch.

Automatic differentiation and the optimiser are in autograd.py. By hand:
PYTHONPATH=../../apps/agent/python python3 train.py
"""

import os

# A network this small is faster on one thread, and trials run side by side; numpy reads this when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import swath  # noqa: E402
from autograd import Adam, Tensor, affine, cross_entropy, flatten, mean_pool, patches, relu  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "digits", "data", "digits.csv.gz")
VALIDATION_IMAGES = 599
CHECKPOINT = "checkpoint.npz"
DEFAULTS = {
    "learning_rate": 0.005,
    "channels": 12,
    "hidden_units": 32,
    "weight_decay": 0.0001,
    "batch_size": 64,
    "epochs": 18,
    "seed": 1,
}


def load_digits():
    """Return training and validation images (count, 8, 8, 1) from 0 to 1 with their labels, always the same split."""
    rows = np.random.default_rng(0).permutation(np.loadtxt(DATA, delimiter=","))
    images, labels = rows[:, :64].reshape(-1, 8, 8, 1) / 16, rows[:, 64].astype(int)
    held_back = VALIDATION_IMAGES
    return (images[held_back:], labels[held_back:]), (images[:held_back], labels[:held_back])


def new_parameters(settings):
    """Return weights (He, "Delving Deep into Rectifiers", 2015) and zero biases of the three layers, in order."""
    random = np.random.default_rng(settings["seed"])
    channels, hidden = settings["channels"], settings["hidden_units"]
    parameters = []
    for inputs, outputs in ((9, channels), (9 * channels, hidden), (hidden, 10)):
        parameters.append(Tensor(random.normal(0, np.sqrt(2 / inputs), (inputs, outputs))))
        parameters.append(Tensor(np.zeros(outputs)))
    return parameters


def scores(parameters, images):
    """Run the network: 3 x 3 convolution, relu, pooling, a hidden layer, a score for each digit."""
    kernel, kernel_bias, weights, bias, last_weights, last_bias = parameters
    features = mean_pool(relu(affine(patches(Tensor(images), 3), kernel, kernel_bias)))
    return affine(relu(affine(flatten(features), weights, bias)), last_weights, last_bias)


def train_epoch(parameters, optimizer, images, labels, settings, epoch):
    """Take one pass in mini-batches and return the mean loss; the order depends on seed and epoch alone."""
    order = np.random.default_rng([settings["seed"], epoch]).permutation(len(labels))
    total = 0.0
    for start in range(0, len(order), settings["batch_size"]):
        batch = order[start : start + settings["batch_size"]]
        loss = cross_entropy(scores(parameters, images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        total += loss.data * len(batch)
    return total / len(order)


def save(optimizer, epoch):
    """Write a checkpoint that appears whole or not at all."""
    path = os.path.join(swath.checkpoint_dir(), CHECKPOINT)
    arrays = {"epoch": epoch, "steps": optimizer.steps}
    for index, parameter in enumerate(optimizer.parameters):
        arrays["data%d" % index] = parameter.data
        arrays["first%d" % index] = optimizer.first[index]
        arrays["second%d" % index] = optimizer.second[index]
    with open(path + ".unfinished", "wb") as file:
        np.savez(file, **arrays)
    os.replace(path + ".unfinished", path)


def restore(optimizer):
    """Load the checkpoint to go on from, if there is one; return the epochs already done."""
    path = swath.resume_from(CHECKPOINT)
    if path is None:
        return 0
    with np.load(path) as arrays:
        for index, parameter in enumerate(optimizer.parameters):
            parameter.data = arrays["data%d" % index]
            optimizer.first[index] = arrays["first%d" % index]
            optimizer.second[index] = arrays["second%d" % index]
        optimizer.steps = int(arrays["steps"])
        return int(arrays["epoch"])


def main():
    """Train for `epochs` epochs, one row of metrics each."""
    settings = {**DEFAULTS, **swath.config}
    (images, labels), (val_images, val_labels) = load_digits()
    parameters = new_parameters(settings)
    optimizer = Adam(parameters, settings["learning_rate"], settings["weight_decay"])
    for epoch in range(restore(optimizer) + 1, settings["epochs"] + 1):
        train_loss = train_epoch(parameters, optimizer, images, labels, settings, epoch)
        val_scores = scores(parameters, val_images)
        accuracy = (val_scores.data.argmax(axis=1) == val_labels).mean()
        val_loss = cross_entropy(val_scores, val_labels).data
        metrics = {"epoch": epoch, "train_loss": train_loss, "val_loss": val_loss, "val_accuracy": accuracy}
        swath.log(metrics, step=epoch)
        if swath.should_checkpoint():
            save(optimizer, epoch)
        if swath.should_stop():
            break


if __name__ == "__main__":
    main()
