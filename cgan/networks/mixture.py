"""Look up a digit's vector, or that of a mixture of digits."""


def lookup(embedding, y):
    """Return rows of an nn.Embedding for int64 y (N,), weighted sums of rows for float y (N, num_classes)."""
    return y @ embedding.weight if y.is_floating_point() else embedding(y)
