"""Why customers stay: behaviours that go with it, and signals where one veers."""
