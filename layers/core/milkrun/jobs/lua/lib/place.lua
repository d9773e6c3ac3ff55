-- @include turns
-- Completes a submit: callers can see the stored run from now on, and workers are invoked for it. Returns
-- whether it waits for its turn.
local function place(limit_of_running, first_wait)
  local now, waits = now_ms(), turns_taken() >= tonumber(limit_of_running)
  redis.call('HSET', run, 'status', 'pending')
  redis.call('ZADD', runs, 0, run_id)
  redis.call('PEXPIRE', runs, int(index_ttl_ms))
  redis.call('ZADD', pending, 0, run_id)
  redis.call('ZADD', active, int(now + first_wait), member)
  redis.call('ZADD', queue, int(now), member)
  redis.call('PERSIST', run)
  redis.call('PERSIST', request)
  if waits then wait_for_turn(now) end
  return waits
end
