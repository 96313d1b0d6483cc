"""Alias of cgan.draw.sampling, for programs written for version 2."""

from cgan.draw.sampling import draw as draw
from cgan.draw.sampling import generate as generate
