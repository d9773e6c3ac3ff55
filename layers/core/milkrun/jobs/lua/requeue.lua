#!lua flags=allow-oom
-- requeue: running -> pending
-- The holder gives up its lease, to a successor (a hop) or because a dependency is down. An outage is not an
-- attempt: the run is tried again after a longer wait each time, until the dependency has been down too long.
-- The token stays until the next claim, so that a repeated call, after a lost reply, gets the same reply.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: lease token; 6: 'hop' or 'away', which means that a dependency is down
--      7: wait until the run is due, ms, doubled each time in an outage; 8: the longest such wait, ms
--      9: the longest outage, ms; 10: ms spent solving
-- Returns: OK fields | STOP | NOT_FOUND | ENDED | LOST | EXHAUSTED
-- @include holder
-- @include back_to_pending
-- @include spend
local token = ARGV[5]
local state = redis.call('HMGET', run, 'stop', 'status', 'token', 'delays', 'away_since', 'ending', 'erasing')
if state[2] == 'pending' and state[3] == token and not state[6] and not state[7] then
  return {CODE.OK, redis.call('HGETALL', run)}
end
local refused = refusal(token)
if refused then return {refused} end

if state[1] then return {CODE.STOP} end
local now, wait = now_ms(), tonumber(ARGV[7])
if ARGV[6] == 'hop' then
  spend(ARGV[10])
  redis.call('HINCRBY', run, 'hops', 1)
  redis.call('HINCRBY', run, 'chain', 1)
else
  local delays, away_since = tonumber(state[4] or 0), state[5] or int(now)
  if has_solved(ARGV[10]) then delays, away_since = 0, int(now) end
  if now - away_since > tonumber(ARGV[9]) then return {CODE.EXHAUSTED} end
  spend(ARGV[10])
  wait = math.min(wait * 2 ^ delays, tonumber(ARGV[8]))
  redis.call('HSET', run, 'chain', '0', 'delays', int(delays + 1), 'away_since', away_since)
end
back_to_pending(now, wait)
return {CODE.OK, redis.call('HGETALL', run)}
