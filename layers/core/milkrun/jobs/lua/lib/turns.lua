-- @include former
-- How many of the owner's runs have their turn: they are running, or pending and a worker is invoked for them.
local function turns_taken()
  return size_of(running) + size_of(pending) - size_of(waiting)
end

-- Lets a pending run wait until another run of its owner ends. That costs it no dispatch. The sweeper looks at it once
-- an hour, in case a higher limit has made room.
local function wait_for_turn(now)
  redis.call('HSET', run, 'dispatches', '0')
  redis.call('ZADD', waiting, 0, run_id)
  redis.call('ZADD', active, int(now + 3600000), member)
end
