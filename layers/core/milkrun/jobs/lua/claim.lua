#!lua flags=allow-oom
-- claim: pending -> running
-- Gives the lease to one worker. Claiming again with the same token is the same claim.
-- KEYS 1-8, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: lease, ms; 5: limit of running runs
-- Returns: OK fields request best | NOT_FOUND | ENDED | HELD | RUNNING_LIMIT
-- @include keys
-- @include now
local token = ARGV[3]

local state = redis.call('HMGET', run, 'status', 'token', 'started_at')
local status = state[1]
if not status then return {CODE.NOT_FOUND} end
if status == 'running' then
  if state[2] ~= token then return {CODE.HELD} end
elseif status ~= 'pending' then
  return {CODE.ENDED}
elseif redis.call('ZCARD', running) >= tonumber(ARGV[5]) then
  return {CODE.RUNNING_LIMIT}
end

local now = now_ms()
local lease_until = int(now + ARGV[4])
redis.call('HSET', run, 'status', 'running', 'token', token, 'lease_until', lease_until,
  'started_at', state[3] or int(now), 'dispatches', '0')
redis.call('ZREM', pending, run_id)
redis.call('ZADD', running, 0, run_id)
redis.call('ZADD', active, lease_until, member)
return {CODE.OK, redis.call('HGETALL', run), redis.call('GET', request), redis.call('GET', best)}
