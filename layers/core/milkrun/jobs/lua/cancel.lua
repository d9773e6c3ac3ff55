#!lua flags=allow-oom
-- cancel: running -> running, asked to stop; pending, or running with a lapsed lease -> cancelled, or completed
-- where it has routes already. An ended run stays as it is.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: expiry of an ended run, ms
-- Returns: OK fields | ENDED fields | NOT_FOUND
-- @include keys
-- @include now
-- @include pass_turn
-- @include finish
-- @include finish_early
local state = redis.call('HMGET', run, 'status', 'lease_until')
local status = state[1]
if not status then return {CODE.NOT_FOUND} end
if status ~= 'pending' and status ~= 'running' then
  return {CODE.ENDED, redis.call('HGETALL', run)}
end

if status == 'pending' or tonumber(state[2]) <= now_ms() then
  finish_early(ARGV[3])
else
  redis.call('HSET', run, 'stop', '1')
end
return {CODE.OK, redis.call('HGETALL', run)}
