-- Takes a run that exists no more out of the indexes.
local function forget()
  redis.call('ZREM', active, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', pending, run_id)
  redis.call('ZREM', waiting, run_id)
  redis.call('ZREM', running, run_id)
  redis.call('ZREM', runs, run_id)
end
