-- How many of the owner's runs have their turn: they are running, or pending and a worker is invoked for them.
local function turns_taken()
  return redis.call('ZCARD', running) + redis.call('ZCARD', pending) - redis.call('ZCARD', waiting)
end

-- Lets a pending run wait until another run of its owner ends, or for five minutes. That costs it no dispatch.
local function wait_for_turn(now)
  redis.call('HSET', run, 'dispatches', '0')
  redis.call('ZADD', waiting, 0, run_id)
  redis.call('ZADD', active, int(now + 300000), member)
end
