#!lua flags=allow-oom
-- expire: running -> pending | failed | completed | cancelled
-- Takes a lapsed lease back. The run goes on from its best routes, unless its attempts are used up or its
-- caller asked to stop.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: most attempts; 4: expiry of an ended run, ms
-- Returns: OK fields | GAVE_UP fields | STOPPED fields | NOT_FOUND | ENDED | NOT_DUE
-- @include keys
-- @include now
-- @include pass_turn
-- @include finish
-- @include finish_early
-- @include forget
local state = redis.call('HMGET', run, 'status', 'lease_until', 'attempt', 'stop')
local status = state[1]
if not status then
  forget()
  return {CODE.NOT_FOUND}
end
if status == 'pending' then return {CODE.NOT_DUE} end
if status ~= 'running' then return {CODE.ENDED} end
local now = now_ms()
if tonumber(state[2]) > now then return {CODE.NOT_DUE} end

if state[4] then
  finish_early(ARGV[4])
  return {CODE.STOPPED, redis.call('HGETALL', run)}
end
if tonumber(state[3]) >= tonumber(ARGV[3]) then
  finish('failed', ARGV[4], 'error_code', 'worker_lost', 'error_detail', 'The worker was lost in each attempt.')
  return {CODE.GAVE_UP, redis.call('HGETALL', run)}
end

redis.call('HINCRBY', run, 'attempt', 1)
redis.call('HSET', run, 'status', 'pending', 'pending_since', int(now), 'dispatches', '0', 'chain', '0')
redis.call('HDEL', run, 'token', 'lease_until')
redis.call('ZREM', running, run_id)
redis.call('ZADD', pending, 0, run_id)
redis.call('ZADD', active, int(now), member)
redis.call('ZADD', queue, int(now), member)
return {CODE.OK, redis.call('HGETALL', run)}
