"""The alarms: which ones there are, what they watch, and when they come.

Each has an entry in docs/operations.md under its logical id. One bad minute is no alarm: what mends itself
(a failover, a lost worker) has done so by then. An alarm names the alias of a function as text: a reference
would have it wait for the alias, which waits for the alarm.
"""
