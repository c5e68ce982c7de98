"""Plans and tariffs: which one would have covered what a contract used, and for less."""
