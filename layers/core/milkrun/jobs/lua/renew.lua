#!lua flags=allow-oom
-- renew: running -> running
-- Extends the lease and writes what the search has reached. Progress and seconds spent never fall.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: lease, ms; 5: progress, 0 to 1; 6: ms spent solving
--      7: the best routes, compressed, '' if they are the same as before; 8: their cost; 9: their unassigned
-- Returns: OK | STOP | NOT_FOUND | ENDED | LOST
-- @include keys
-- @include now
-- @include holder
-- @include spend
local refused = refusal(ARGV[3])
if refused then return {refused} end

local before = redis.call('HMGET', run, 'progress', 'stop')
local lease_until = int(now_ms() + ARGV[4])
redis.call('HSET', run, 'lease_until', lease_until)
redis.call('ZADD', active, lease_until, member)
if tonumber(ARGV[5]) > tonumber(before[1]) then redis.call('HSET', run, 'progress', ARGV[5]) end
spend(ARGV[6])
if ARGV[7] ~= '' then
  redis.call('SET', best, ARGV[7])
  redis.call('HSET', run, 'best_cost', ARGV[8], 'best_unassigned', ARGV[9])
end
return {before[2] and CODE.STOP or CODE.OK}
