"""Scripts that build what the docs take from the code; not part of the package."""
