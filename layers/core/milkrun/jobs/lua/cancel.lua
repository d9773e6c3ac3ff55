#!lua flags=allow-oom
-- cancel: running -> running, asked to stop | cancelled | completed; pending -> cancelled | completed
-- A run that is pending, or whose lease has lapsed, ends at once: completed if it has routes, else cancelled.
-- An ended run does not change.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- Returns: OK fields | ENDED fields | UNCONFIRMED | NOT_FOUND
-- @include finish_early
-- @include ended
local status, lease_until, ending, erasing =
  unpack(redis.call('HMGET', run, 'status', 'lease_until', 'ending', 'erasing'))
if not status or status == 'unconfirmed' then return {CODE.NOT_FOUND} end
if ending or erasing then return {CODE.UNCONFIRMED} end
if status ~= 'pending' and status ~= 'running' then
  return {CODE.ENDED, redis.call('HGETALL', run)}
end

if status == 'pending' or tonumber(lease_until) <= now_ms() then
  return ended(CODE.OK, finish_early())
end
redis.call('HSET', run, 'stop', '1')
return {CODE.OK, redis.call('HGETALL', run)}
