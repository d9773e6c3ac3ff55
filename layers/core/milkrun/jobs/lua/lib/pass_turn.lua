-- Gives a turn to the owner's oldest waiting run, and returns its id, or ''. The run no longer waits, so the
-- next turn goes to another one. It is due now: if nobody invokes its worker, the sweeper does.
local function pass_turn()
  local next_id = redis.call('ZPOPMIN', waiting)[1]
  if not next_id then return '' end
  redis.call('ZADD', active, int(now_ms()), string.sub(member, 1, -#run_id - 1) .. next_id)
  return next_id
end
