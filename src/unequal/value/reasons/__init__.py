"""Why a customer is worth what it is: drivers against the base, selves by context, what comes through others, where it came from."""
