-- The KEYS of every script, as milkrun.jobs.keys.OwnerKeys.of_run gives them, and the two names of the run.
local run, request, best, result, runs, pending, waiting, running, active, queue = unpack(KEYS)
local run_id, member = ARGV[1], ARGV[2]
