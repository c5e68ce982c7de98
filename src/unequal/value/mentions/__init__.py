"""What mentions brought, and whose they were: sums of contacts, and the step that tells of them."""
