-- Whether more time was spent on solving than before. If so, no dependency is down.
local function has_solved(ms)
  return tonumber(ms) > tonumber(redis.call('HGET', run, 'spent_ms'))
end

-- Records the milliseconds spent solving. They never fall, and all attempts and hops share one budget.
local function spend(ms)
  if not has_solved(ms) then return end
  redis.call('HSET', run, 'spent_ms', ms)
  redis.call('HDEL', run, 'delays', 'away_since')
end
