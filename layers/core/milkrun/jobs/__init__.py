"""The state machine of runs. All of it lives in Redis: see `docs/job-lifecycle.md`."""
