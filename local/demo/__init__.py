"""`make demo`: a day of deliveries through the whole stack, from the request to a table of routes."""
