#!lua flags=allow-oom
-- claim: pending -> running
-- Gives the lease to one worker. Claiming again with the same token is the same claim. Above the owner's limit
-- of running runs it stays pending, and waits for its turn. A run that a newer version has submitted is left to a
-- worker of that version.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: lease, ms; 5: limit of running runs; 6: schema version that the worker knows
-- Returns: OK fields request best | NOT_FOUND | ENDED | HELD | WAITING | NEWER
-- @include keys
-- @include now
-- @include turns
local token = ARGV[3]

local state = redis.call('HMGET', run, 'status', 'token', 'started_at', 'v')
local status, now = state[1], now_ms()
if not status then return {CODE.NOT_FOUND} end
if status == 'running' then
  if state[2] ~= token then return {CODE.HELD} end
elseif status ~= 'pending' then
  return {CODE.ENDED}
elseif tonumber(state[4]) > tonumber(ARGV[6]) then
  return {CODE.NEWER}
elseif redis.call('ZCARD', running) >= tonumber(ARGV[5]) then
  wait_for_turn(now)
  return {CODE.WAITING}
end

local lease_until = int(now + ARGV[4])
redis.call('HSET', run, 'status', 'running', 'token', token, 'lease_until', lease_until,
  'started_at', state[3] or int(now), 'dispatches', '0')
redis.call('ZREM', pending, run_id)
redis.call('ZREM', waiting, run_id)
redis.call('ZREM', queue, member)
redis.call('ZADD', running, 0, run_id)
redis.call('ZADD', active, lease_until, member)
return {CODE.OK, redis.call('HGETALL', run), redis.call('GET', request), redis.call('GET', best)}
