"""The alarms: what they watch, and when they go off.

Each has an entry in docs/operations.md under its logical id. One bad minute raises no alarm, because faults
that repair themselves (a failover, a lost worker) are over by then. Alarms name a function's alias as text. A
reference would make the alarm wait for the alias, which itself waits for the alarm.
"""
