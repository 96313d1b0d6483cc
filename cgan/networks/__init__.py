"""Every network, one file a family. GENERATORS: recipe name -> the network its weights files rebuild."""

from cgan.networks import report

GENERATORS = {"report": report.Generator}
