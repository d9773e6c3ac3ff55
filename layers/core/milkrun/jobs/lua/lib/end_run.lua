-- @include pass_turn
-- Ends the run: the one place that does. Fields are pairs. Answers the id of the run that its turn is passed to, or
-- ''. One that waited for its turn has none to pass.
local function end_run(status, ...)
  local now = now_ms()
  if status == 'completed' then
    redis.call('RENAME', best, result)
  elseif status == 'cancelled' then
    redis.call('DEL', best)
  end -- of a failed run its caller can still have the best routes
  redis.call('DEL', request) -- which a claim alone reads
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
  redis.call('PEXPIRE', runs, ttl_ms, 'GT') -- the list outlives the run, however long that took
  look_again(now + ttl_ms + 1, run_id)
  return redis.call('ZREM', waiting, run_id) == 1 and '' or pass_turn()
end
