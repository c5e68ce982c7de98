"""Who is known and never bought: sums of records and contacts, and the step that scores them."""
