#!lua flags=allow-oom
-- dispatch: pending -> pending | failed
-- Notes that a worker is about to be invoked, and when the run is due again. A run that never starts fails.
-- Its time unstarted counts from the first invoke of its turn, so waiting for its owner's other runs does not
-- count. If its earlier worker did not arrive, another run of its owner gets a turn meanwhile.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: '1' to dispatch a run that is not due yet; 6: length of the chain of invokes from worker to worker
--      7: first wait, ms, doubled each time; 8: longest wait, ms; 9: longest time unstarted, ms
--      10: limit of running runs
-- Returns: OK fields | WAITING | GAVE_UP fields | UNCONFIRMED | NOT_FOUND | ENDED | HELD | NOT_DUE
-- @include pass_turn
-- @include finish
-- @include ended
-- @include forget
-- @include turns
local early, chain, first_wait, longest_wait = ARGV[5] == '1', ARGV[6], ARGV[7], ARGV[8]

local state = redis.call('HMGET', run, 'status', 'dispatches', 'pending_since', 'ending', 'erasing')
local status, dispatches = state[1], tonumber(state[2])
if not status then
  forget()
  return {CODE.NOT_FOUND}
end
if state[4] or state[5] then return {CODE.UNCONFIRMED} end
if status == 'unconfirmed' then return {CODE.NOT_FOUND} end
if status == 'running' then return {CODE.HELD} end
if status ~= 'pending' then return {CODE.ENDED} end

local now = now_ms()
local due = tonumber(redis.call('ZSCORE', active, member) or now)
if due > now and not early then return {CODE.NOT_DUE} end

if dispatches > 0 and now - state[3] > tonumber(ARGV[9]) then
  return ended(CODE.GAVE_UP,
    finish('failed', 'error_code', 'never_started', 'error_detail', 'No worker could be started for the run.'))
end

-- A run that is not waiting has its turn already, and only needs room among the running runs.
local waits, limit = redis.call('ZSCORE', waiting, run_id), tonumber(ARGV[10])
if size_of(running) >= limit or (waits and turns_taken() >= limit) then
  wait_for_turn(now)
  return {CODE.WAITING}
end

redis.call('ZREM', waiting, run_id)
if dispatches == 0 then
  redis.call('HSET', run, 'pending_since', int(now))
elseif turns_taken() < 2 * limit then
  pass_turn()
end
redis.call('HSET', run, 'dispatches', int(dispatches + 1), 'chain', chain)
redis.call('ZADD', active, int(now + math.min(first_wait * 2 ^ dispatches, longest_wait)), member)
return {CODE.OK, redis.call('HGETALL', run)}
