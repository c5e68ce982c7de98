"""The version of the package, and of the code that made a run."""

__version__ = "0.1.0"
