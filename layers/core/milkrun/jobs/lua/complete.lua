#!lua flags=allow-oom
-- complete: running -> completed | cancelled
-- Stores the result. A run that was asked to stop is marked as stopped early; without a result it is
-- cancelled. A repeated call is told that the run has ended, but not which run is next: that one is due
-- already.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: lease token; 6: the result, compressed, '' for none; 7: its cost; 8: its unassigned tasks
--      9: ms spent solving
-- Returns: OK next | UNCONFIRMED | NOT_FOUND | ENDED | LOST
-- @include finish
-- @include holder
-- @include already
-- @include spend
local token = ARGV[5]
local earlier = already(token, 'completed', 'cancelled')
if earlier then return earlier end
local refused = refusal(token)
if refused then return {refused} end

spend(ARGV[9])
redis.call('HSET', run, 'ended_by', token)
local next_id
if ARGV[6] == '' then
  next_id = finish('cancelled')
else
  redis.call('SET', best, ARGV[6])
  redis.call('HSET', run, 'best_cost', ARGV[7], 'best_unassigned', ARGV[8])
  if redis.call('HEXISTS', run, 'stop') == 1 then
    next_id = finish('completed', 'progress', '1', 'stopped_early', '1')
  else
    next_id = finish('completed', 'progress', '1')
  end
end
return next_id and {CODE.OK, next_id} or {CODE.UNCONFIRMED}
