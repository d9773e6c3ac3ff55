#!lua flags=allow-oom
-- renew: running -> running
-- Extends the lease and stores the progress of the search. Progress and time spent never fall.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: lease token; 6: lease, ms; 7: progress, 0 to 1; 8: ms spent solving
--      9: the best routes, compressed, '' if unchanged; 10: their cost; 11: their unassigned tasks
-- Returns: OK | STOP | NOT_FOUND | ENDED | LOST
-- @include holder
-- @include hold
-- @include spend
local refused = refusal(ARGV[5])
if refused then return {refused} end

local before = redis.call('HMGET', run, 'progress', 'stop')
hold(int(now_ms() + ARGV[6]))
if tonumber(ARGV[7]) > tonumber(before[1]) then redis.call('HSET', run, 'progress', ARGV[7]) end
spend(ARGV[8])
if ARGV[9] ~= '' then
  redis.call('SET', best, ARGV[9])
  redis.call('HSET', run, 'best_cost', ARGV[10], 'best_unassigned', ARGV[11])
end
return {before[2] and CODE.STOP or CODE.OK}
