-- Records the milliseconds spent solving. They never fall, and all attempts and hops share one budget.
local function spend(ms)
  if tonumber(ms) > tonumber(redis.call('HGET', run, 'spent_ms')) then redis.call('HSET', run, 'spent_ms', ms) end
end
