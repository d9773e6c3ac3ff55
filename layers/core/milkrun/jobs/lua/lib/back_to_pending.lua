-- Takes the run from its worker. It is due again after in_ms milliseconds.
local function back_to_pending(now, in_ms)
  redis.call('HSET', run, 'status', 'pending', 'pending_since', int(now), 'dispatches', '0')
  redis.call('HDEL', run, 'lease_until')
  redis.call('ZREM', running, run_id)
  redis.call('ZREM', leased, member)
  redis.call('ZADD', pending, 0, run_id)
  redis.call('ZADD', active, int(now + in_ms), member)
  redis.call('ZADD', queue, int(now), member)
end
