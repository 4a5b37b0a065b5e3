"""Values and decisions: pure functions of values and of `now`."""
