"""What a caller may post and what it gets back: VROOM's JSON, typed and checked."""
