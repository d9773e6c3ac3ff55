"""Road networks: junctions and roads as arrays, and travel times and streets between locations on them."""
