#!lua flags=allow-oom
-- requeue: running -> pending
-- The holder gives up its lease: to a successor (a hop), or because a dependency is away (an attempt).
-- Its token stays until the next claim: if the reply was lost and it asks again, it has given the lease up already.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: 'hop' or 'attempt'; 5: when to look at the run, ms from now; 6: most attempts
--      7: ms spent solving
-- Returns: OK fields | STOP | NOT_FOUND | ENDED | LOST | EXHAUSTED
-- @include keys
-- @include now
-- @include holder
-- @include spend
local token = ARGV[3]
local state = redis.call('HMGET', run, 'stop', 'attempt', 'status', 'token')
if state[3] == 'pending' and state[4] == token then return {CODE.OK, redis.call('HGETALL', run)} end
local refused = refusal(token)
if refused then return {refused} end

if state[1] then return {CODE.STOP} end
local kind = ARGV[4]
if kind == 'attempt' and tonumber(state[2]) >= tonumber(ARGV[6]) then return {CODE.EXHAUSTED} end

spend(ARGV[7])
local now = now_ms()
if kind == 'hop' then
  redis.call('HINCRBY', run, 'hops', 1)
  redis.call('HINCRBY', run, 'chain', 1)
else
  redis.call('HINCRBY', run, 'attempt', 1)
  redis.call('HSET', run, 'chain', '0')
end
redis.call('HSET', run, 'status', 'pending', 'pending_since', int(now), 'dispatches', '0')
redis.call('HDEL', run, 'lease_until')
redis.call('ZREM', running, run_id)
redis.call('ZADD', pending, 0, run_id)
redis.call('ZADD', active, int(now + ARGV[5]), member)
redis.call('ZADD', queue, int(now), member)
return {CODE.OK, redis.call('HGETALL', run)}
