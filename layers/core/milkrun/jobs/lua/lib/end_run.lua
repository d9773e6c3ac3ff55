-- @include pass_turn
-- Ends the run. No other code does. Fields are pairs. Returns the id of the run that gets its turn, or ''. A
-- run that waited for its turn has none to pass on.
local function end_run(status, ...)
  local now = now_ms()
  if status == 'completed' then
    redis.call('RENAME', best, result)
  elseif status == 'cancelled' then
    redis.call('DEL', best)
  end -- a caller can still get the best routes of a failed run
  redis.call('DEL', request) -- only claim reads it
  redis.call('HSET', run, 'status', status, ...)
  redis.call('HDEL', run, 'lease_until', 'ending', 'written_by')
  redis.call('ZREM', active, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', leased, member)
  redis.call('ZREM', pending, run_id)
  redis.call('ZREM', running, run_id)
  for _, key in ipairs({run, best, result}) do
    redis.call('PEXPIRE', key, ttl_ms)
  end
  redis.call('PEXPIRE', runs, ttl_ms, 'GT') -- the list outlives the run, however long it took
  look_again(now + ttl_ms + 1, run_id)
  return redis.call('ZREM', waiting, run_id) == 1 and '' or pass_turn()
end
