"""Look up a digit's vector, or that of a mixture of digits."""


def lookup(embedding, y):
    """Rows of an nn.Embedding for int64 y (N,); weighted sums of its rows for float y (N, num_classes)."""
    return y @ embedding.weight if y.is_floating_point() else embedding(y)
