"""What draws for people: hands, digits, handwriting and pictures. `generate` is the public function."""

from cgan.draw.sampling import generate

__all__ = ["generate"]
