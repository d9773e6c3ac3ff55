-- Gives a turn to the owner's oldest run that waits for one, and answers its id, or ''. It waits no more: the next
-- turn goes to another. It is due now: whoever does not invoke its worker leaves that to the sweeper.
local function pass_turn()
  local next_id = redis.call('ZPOPMIN', waiting)[1]
  if not next_id then return '' end
  redis.call('ZADD', active, int(now_ms()), string.sub(member, 1, -#run_id - 1) .. next_id)
  return next_id
end
