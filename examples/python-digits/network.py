"""A neural network with one hidden layer and a softmax output, in lists of floats. train.py drives it batch by batch."""

import math


class Network:
    """Weights of both layers, one row for each unit, its bias last; `velocity` is the memory of momentum."""

    def __init__(self, inputs, hidden, classes, draw):
        self.layers = [_random_rows(hidden, inputs, draw), _random_rows(classes, hidden, draw)]
        self.velocity = [_zeros(layer) for layer in self.layers]

    def probabilities(self, pixels):
        """Return the hidden activations (tanh) and the probability of each class."""
        hidden = [math.tanh(_weighted(row, pixels)) for row in self.layers[0]]
        scores = [_weighted(row, hidden) for row in self.layers[1]]
        highest = max(scores)
        exponentials = [math.exp(score - highest) for score in scores]
        total = sum(exponentials)
        return hidden, [value / total for value in exponentials]

    def train_batch(self, batch, learning_rate, momentum, weight_decay):
        """Take one step of gradient descent with momentum; return the batch's summed cross-entropy before it."""
        gradients = [_zeros(layer) for layer in self.layers]
        loss = 0.0
        for pixels, label in batch:
            hidden, errors = self.probabilities(pixels)
            loss += cross_entropy(errors, label)
            errors[label] -= 1.0
            back = [
                (1.0 - unit * unit) * sum(error * row[index] for error, row in zip(errors, self.layers[1]))
                for index, unit in enumerate(hidden)
            ]
            _add_outer(gradients[1], errors, hidden)
            _add_outer(gradients[0], back, pixels)
        for layer, velocity, gradient in zip(self.layers, self.velocity, gradients):
            for row, speed, slope in zip(layer, velocity, gradient):
                for index, value in enumerate(row):
                    speed[index] = momentum * speed[index] + slope[index] / len(batch)
                    row[index] = value - learning_rate * (speed[index] + weight_decay * value)
        return loss


def cross_entropy(probabilities, label):
    """Return the loss of one image; infinite when its class was held to be impossible."""
    chance = probabilities[label]
    return -math.log(chance) if chance > 0 else math.nan if math.isnan(chance) else math.inf


def _random_rows(rows, columns, draw):
    scale = 1.0 / math.sqrt(columns)
    return [[draw() * scale for _ in range(columns)] + [0.0] for _ in range(rows)]


def _zeros(layer):
    return [[0.0] * len(row) for row in layer]


def _weighted(row, values):
    # zip ends with the shorter list, so the bias behind the weights is added by itself.
    return sum([weight * value for weight, value in zip(row, values)]) + row[-1]


def _add_outer(gradient, errors, values):
    for row, error in zip(gradient, errors):
        for index, value in enumerate(values):
            row[index] += error * value
        row[-1] += error
