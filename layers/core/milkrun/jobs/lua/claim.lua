#!lua flags=allow-oom
-- claim: pending -> running
-- Gives the lease to one worker. Repeating a claim with the same token is safe. If the owner is at its limit
-- of running runs, the run stays pending and waits for its turn. A run that a newer version has submitted is
-- left to a worker of that version. If the workers of an older run of the owner did not arrive, for example
-- because workers are short, that run goes first.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: lease token; 6: lease, ms; 7: limit of running runs; 8: schema version that the worker knows
-- Returns: OK fields request best | NOT_FOUND | ENDED | HELD | WAITING | NEWER | OLDER run_id
-- @include turns
-- @include hold
local token = ARGV[5]

-- The owner's oldest run whose workers did not arrive, if it is older than this one and may be claimed.
local function oldest_in_vain()
  for _, id in ipairs(redis.call('ZRANGE', pending, 0, 99)) do
    if id >= run_id then return nil end
    local dispatches, ending, v = unpack(redis.call('HMGET', key_of(id), 'dispatches', 'ending', 'v'))
    if tonumber(dispatches or 0) > 1 and not ending and tonumber(v) <= tonumber(ARGV[8]) then return id end
  end
end

local state = redis.call('HMGET', run, 'status', 'token', 'started_at', 'v', 'ending', 'erasing')
local status, now = state[1], now_ms()
if not status or status == 'unconfirmed' then return {CODE.NOT_FOUND} end
if state[5] or state[6] then return {CODE.ENDED} end
if status == 'running' then
  if state[2] ~= token then return {CODE.HELD} end
elseif status ~= 'pending' then
  return {CODE.ENDED}
elseif tonumber(state[4]) > tonumber(ARGV[8]) then
  return {CODE.NEWER}
elseif size_of(running) >= tonumber(ARGV[7]) then
  wait_for_turn(now)
  return {CODE.WAITING}
else
  local older = oldest_in_vain()
  if older then return {CODE.OLDER, older} end
end

redis.call('HSET', run, 'status', 'running', 'token', token, 'started_at', state[3] or int(now), 'dispatches', '0')
redis.call('ZREM', pending, run_id)
redis.call('ZREM', waiting, run_id)
redis.call('ZREM', queue, member)
redis.call('ZADD', running, 0, run_id)
hold(int(now + ARGV[6]))
return {CODE.OK, redis.call('HGETALL', run), redis.call('GET', request), redis.call('GET', best)}
