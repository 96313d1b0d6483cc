"""Alias of what `cgan.hands` held in version 2."""

from cgan.draw.drawings import from_image as from_image
from cgan.draw.fit import fit as fit
from cgan.draw.hands import decode as decode
from cgan.draw.hands import encode as encode
from cgan.draw.hands import hand as hand
from cgan.draw.hands import seeded as seeded
from cgan.draw.styles import styled as styled
