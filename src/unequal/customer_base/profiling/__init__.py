"""One row a customer and what happened to each when: what rules over customers read, in batch and at the moment of contact."""
