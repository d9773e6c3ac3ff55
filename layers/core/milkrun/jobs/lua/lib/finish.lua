-- Ends the run: the one place that does. Extra fields are pairs after ttl_ms.
-- Answers the id of the owner's oldest run that waits for its turn, or ''. It waits no more: each end wakes another.
local function finish(status, ttl_ms, ...)
  redis.call('HSET', run, 'status', status, 'finished_at', int(now_ms()), ...)
  redis.call('HDEL', run, 'lease_until')
  redis.call('ZREM', active, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', pending, run_id)
  redis.call('ZREM', waiting, run_id)
  redis.call('ZREM', running, run_id)
  redis.call('DEL', best)
  for _, key in ipairs({run, request, result}) do
    redis.call('PEXPIRE', key, ttl_ms)
  end
  return redis.call('ZPOPMIN', waiting)[1] or ''
end
