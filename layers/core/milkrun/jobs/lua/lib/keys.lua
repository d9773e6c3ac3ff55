-- The first KEYS of every script, in the order of milkrun.jobs.keys.OwnerKeys.of_run, and its first ARGV.
local run, request, best, result, runs, pending, waiting, running, active, queue, leased, bytes, kept, expiring,
  rate = unpack(KEYS)
local run_id, member = ARGV[1], ARGV[2]
local ttl_ms, needs_replicas = ARGV[3], ARGV[4] == '1'
local owner = string.sub(member, 1, -#run_id - 2)
-- An owner's own keys outlive its runs by thirty days.
local index_ttl_ms = ttl_ms + 2592000000

-- The key of another run of this owner. It differs only in the id at its end, so it is in the same slot.
local function key_of(other_id)
  return string.sub(run, 1, -#run_id - 1) .. other_id
end
