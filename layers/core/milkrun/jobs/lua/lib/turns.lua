-- @include former
-- How many of the owner's runs have their turn: they run, or are pending with a worker invoked for them.
local function turns_taken()
  return size_of(running) + size_of(pending) - size_of(waiting)
end

-- Makes a pending run wait until another run of its owner ends. This resets its dispatches. The sweeper
-- checks it once an hour, in case the limit has been raised.
local function wait_for_turn(now)
  redis.call('HSET', run, 'dispatches', '0')
  redis.call('ZADD', waiting, 0, run_id)
  redis.call('ZADD', active, int(now + 3600000), member)
end
