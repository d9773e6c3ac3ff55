"""From an order of visits to times, loads and costs."""
