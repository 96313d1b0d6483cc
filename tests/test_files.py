import torch

from cgan import files


def test_a_digest_is_of_values_and_not_of_their_layout():
    x = torch.arange(24.0).view(1, 2, 3, 4)
    same = {"b": [1, "a"], "x": x.to(memory_format=torch.channels_last)}
    assert files.digest({"x": x, "b": (1, "a")}) == files.digest(same)
    for other in (x.double(), x.view(2, 3, 4), x + 1):
        assert files.digest(other) != files.digest(x)
