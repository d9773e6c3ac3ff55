#!lua flags=allow-oom
-- expire: running -> pending | failed | completed | cancelled
-- Takes back a lapsed lease. The run continues from its best routes, unless its attempts are used up or its
-- caller asked to stop.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: limit of attempts
-- Returns: OK fields | GAVE_UP fields | STOPPED fields | UNCONFIRMED | NOT_FOUND | ENDED | NOT_DUE
-- @include finish
-- @include finish_early
-- @include ended
-- @include forget
-- @include back_to_pending
local state = redis.call('HMGET', run, 'status', 'lease_until', 'attempt', 'stop', 'ending', 'erasing')
local status = state[1]
if not status then
  forget()
  return {CODE.NOT_FOUND}
end
if state[5] or state[6] then return {CODE.UNCONFIRMED} end
if status == 'unconfirmed' then return {CODE.NOT_FOUND} end
if status ~= 'running' then
  redis.call('ZREM', leased, member) -- left there by a release without this index
  return {status == 'pending' and CODE.NOT_DUE or CODE.ENDED}
end
local now = now_ms()
if tonumber(state[2]) > now then return {CODE.NOT_DUE} end

if state[4] then return ended(CODE.STOPPED, finish_early()) end
if tonumber(state[3]) >= tonumber(ARGV[5]) then
  return ended(CODE.GAVE_UP,
    finish('failed', 'error_code', 'worker_lost', 'error_detail', 'Every attempt lost its worker.'))
end

redis.call('HINCRBY', run, 'attempt', 1)
redis.call('HSET', run, 'chain', '0')
redis.call('HDEL', run, 'token')
back_to_pending(now, 0)
return {CODE.OK, redis.call('HGETALL', run)}
