"""Records held against each other: codes, keys that bring pairs together, levels of agreement, and their weights.

The engine hands over one row a record (FEATURES); from there on everything is arrays of integers. One definition of
the levels serves training, whole runs, increments and single look-ups. Read `training` for how a model is learned,
`scoring` for how two records are weighed, `grouping` for how pairs become customers.
"""
