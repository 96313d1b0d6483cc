"""Digits, and what lies between them, to a network's vectors for them."""


def lookup(embedding, y):
    """Rows of an nn.Embedding: of int64 y (N,), or weighted sums of them, of float y (N, num_classes)."""
    return y @ embedding.weight if y.is_floating_point() else embedding(y)
