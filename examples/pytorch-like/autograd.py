"""Reverse-mode automatic differentiation on numpy arrays, just enough for a small convolutional network.

Each operation returns a `Tensor` that remembers what it was made from and how to pass a gradient back to it;
`Tensor.backward` walks that graph once, last operation first. `Adam` then moves the parameters. train.py uses both.
"""

import numpy as np


class Tensor:
    """An array, the gradient of the loss with respect to it, and the operation that made it."""

    def __init__(self, data, parents=(), pass_back=None):
        self.data = data
        self.grad = None
        self._parents = parents
        self._pass_back = pass_back

    def backward(self):
        """Compute the gradient of this scalar with respect to every tensor that it was made from."""
        self.grad = np.ones_like(self.data)
        for tensor in reversed(_in_order(self)):
            if tensor._pass_back is not None:
                for parent, gradient in zip(tensor._parents, tensor._pass_back(tensor.grad)):
                    parent.grad = gradient if parent.grad is None else parent.grad + gradient


def _in_order(last):
    order, seen = [], set()

    def visit(tensor):
        if id(tensor) not in seen:
            seen.add(id(tensor))
            for parent in tensor._parents:
                visit(parent)
            order.append(tensor)

    visit(last)
    return order


def affine(inputs, weights, bias):
    """Multiply the last axis of `inputs` by `weights` and add `bias`."""

    def pass_back(grad):
        rows, grads = inputs.data.reshape(-1, inputs.data.shape[-1]), grad.reshape(-1, grad.shape[-1])
        return grad @ weights.data.T, rows.T @ grads, grads.sum(axis=0)

    return Tensor(inputs.data @ weights.data + bias.data, (inputs, weights, bias), pass_back)


def relu(inputs):
    """Set what is negative to zero."""
    positive = inputs.data > 0
    return Tensor(inputs.data * positive, (inputs,), lambda grad: (grad * positive,))


def patches(inputs, size):
    """Cut images (count, height, width, channels) into all `size` x `size` windows, one row of values each."""
    count, height, width, channels = inputs.data.shape
    rows, columns = height - size + 1, width - size + 1
    windows = np.lib.stride_tricks.sliding_window_view(inputs.data, (size, size), axis=(1, 2))

    def pass_back(grad):
        grad = grad.reshape(count, rows, columns, channels, size, size)
        total = np.zeros_like(inputs.data)
        for i in range(size):
            for j in range(size):
                total[:, i : i + rows, j : j + columns, :] += grad[..., i, j]
        return (total,)

    return Tensor(windows.reshape(count, rows, columns, channels * size * size), (inputs,), pass_back)


def mean_pool(inputs):
    """Average 2 x 2 blocks of images (count, height, width, channels); height and width must be even."""
    count, height, width, channels = inputs.data.shape
    blocks = inputs.data.reshape(count, height // 2, 2, width // 2, 2, channels)
    return Tensor(blocks.mean(axis=(2, 4)), (inputs,), lambda grad: (grad.repeat(2, axis=1).repeat(2, axis=2) / 4,))


def flatten(inputs):
    """Make one row of each image."""
    shape = inputs.data.shape
    return Tensor(inputs.data.reshape(shape[0], -1), (inputs,), lambda grad: (grad.reshape(shape),))


def cross_entropy(scores, labels):
    """Return the mean cross-entropy of the softmax of `scores` (count, classes), natural logarithm."""
    shifted = scores.data - scores.data.max(axis=1, keepdims=True)
    log_chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    right = (np.arange(len(labels)), labels)

    def pass_back(grad):
        error = np.exp(log_chances)
        error[right] -= 1
        return (grad * error / len(labels),)

    return Tensor(-log_chances[right].mean(), (scores,), pass_back)


class Adam:
    """Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019, Algorithm 2)."""

    def __init__(self, parameters, learning_rate, weight_decay):
        self.parameters, self.learning_rate, self.weight_decay = parameters, learning_rate, weight_decay
        self.first = [np.zeros_like(parameter.data) for parameter in parameters]
        self.second = [np.zeros_like(parameter.data) for parameter in parameters]
        self.steps = 0

    def step(self):
        """Move each parameter against its gradient, and clear the gradient."""
        self.steps += 1
        scale = np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for parameter, first, second in zip(self.parameters, self.first, self.second):
            first += 0.1 * (parameter.grad - first)
            second += 0.001 * (parameter.grad**2 - second)
            update = scale * first / (np.sqrt(second) + 1e-8) + self.weight_decay * parameter.data
            parameter.data -= self.learning_rate * update
            parameter.grad = None
