#!lua
-- submit: (nothing) -> pending
-- A key that was seen before with the same body gives the earlier run again. Where as many of the owner's runs as may
-- run have their turn, it waits for its own, and no worker is to be invoked.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua; 11: the idempotency key, or the run's own key where there is none
-- ARGV 3: fingerprint of the body, '' without an idempotency key; 4: hash of the key; 5: expiry of key and index, ms
--      6: limit of pending runs; 7: of running runs; 8: wait before the invoke is sent again, ms
--      9: schema version; 10: correlation id; 11: time limit, ms; 12: the request, compressed
-- Returns: OK fields | WAITING fields | REPLAYED fields run_id | PENDING_LIMIT | KEY_REUSED
-- @include keys
-- @include now
-- @include turns
local idempotency, fingerprint, key_hash, key_ttl_ms = KEYS[11], ARGV[3], ARGV[4], ARGV[5]

-- A write that changes nothing lets WAIT cover what another connection has written before.
local function touch(key)
  redis.call('HSET', key, 'key_hash', key_hash)
end

-- The key of another run of this owner differs only in the id at its end: the same slot.
local function key_of(other_id)
  return string.sub(run, 1, -#run_id - 1) .. other_id
end

-- The same call twice: its reply was lost with the connection.
if redis.call('EXISTS', run) == 1 then
  touch(run)
  return {redis.call('ZSCORE', waiting, run_id) and CODE.WAITING or CODE.OK, redis.call('HGETALL', run)}
end

if fingerprint ~= '' then
  local held = redis.call('GET', idempotency)
  local earlier_id, earlier_fingerprint = string.match(held or '', '^(%w+) (%x+)$')
  local earlier = earlier_id and key_of(earlier_id)
  if earlier and redis.call('EXISTS', earlier) == 1 then
    if earlier_fingerprint ~= fingerprint then return {CODE.KEY_REUSED} end
    touch(earlier)
    return {CODE.REPLAYED, redis.call('HGETALL', earlier), earlier_id}
  end
end

if redis.call('ZCARD', pending) >= tonumber(ARGV[6]) then return {CODE.PENDING_LIMIT} end

-- Each submit takes two runs that are gone out of the index, which therefore does not grow for ever.
for _, old_id in ipairs(redis.call('ZRANGE', runs, 0, 1)) do
  if redis.call('EXISTS', key_of(old_id)) == 0 then redis.call('ZREM', runs, old_id) end
end

local now = now_ms()
local waits = turns_taken() >= tonumber(ARGV[7])
redis.call('HSET', run, 'v', ARGV[9], 'status', 'pending', 'created_at', int(now), 'pending_since', int(now),
  'attempt', '1', 'hops', '0', 'chain', '0', 'dispatches', '1', 'spent_ms', '0', 'progress', '0',
  'correlation_id', ARGV[10], 'time_limit_ms', ARGV[11], 'key_hash', key_hash)
redis.call('SET', request, ARGV[12])
redis.call('ZADD', runs, 0, run_id)
redis.call('PEXPIRE', runs, key_ttl_ms)
redis.call('ZADD', pending, 0, run_id)
redis.call('ZADD', active, int(now + ARGV[8]), member)
redis.call('ZADD', queue, int(now), member)
if fingerprint ~= '' then
  redis.call('SET', idempotency, run_id .. ' ' .. fingerprint, 'PX', key_ttl_ms)
end
if waits then wait_for_turn(now) end
return {waits and CODE.WAITING or CODE.OK, redis.call('HGETALL', run)}
