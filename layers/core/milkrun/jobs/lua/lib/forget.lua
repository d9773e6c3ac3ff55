-- @include pass_turn
-- Removes a run that no longer exists from the indexes. If it had its turn, another run of its owner gets it.
local function forget()
  redis.call('ZREM', active, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', leased, member)
  redis.call('ZREM', runs, run_id)
  uncount(run_id)
  local left = redis.call('ZREM', pending, run_id) + redis.call('ZREM', running, run_id)
  if left > redis.call('ZREM', waiting, run_id) then pass_turn() end
end
