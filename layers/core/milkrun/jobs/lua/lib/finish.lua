-- Ends the run: the one place that does. Extra fields are pairs after ttl_ms.
-- Answers the id of the run that its turn is passed to, or ''. One that waited for its turn has none to pass.
local function finish(status, ttl_ms, ...)
  redis.call('HSET', run, 'status', status, 'finished_at', int(now_ms()), ...)
  redis.call('HDEL', run, 'lease_until')
  redis.call('ZREM', active, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', pending, run_id)
  redis.call('ZREM', running, run_id)
  if status ~= 'failed' then redis.call('DEL', best) end -- whose caller can still have it
  redis.call('DEL', request) -- which a claim alone reads
  for _, key in ipairs({run, best, result}) do
    redis.call('PEXPIRE', key, ttl_ms)
  end
  redis.call('PEXPIRE', runs, ttl_ms, 'GT') -- the list outlives the run, however long that took
  return redis.call('ZREM', waiting, run_id) == 1 and '' or pass_turn()
end
