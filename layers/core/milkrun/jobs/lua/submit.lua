#!lua
-- submit: (nothing) -> pending
-- A repeated idempotency key with the same body gets the earlier run. If as many of the owner's runs have
-- their turn as may run, the new run waits for its own, and no worker is invoked. If replicas must have the
-- run, it is written as unconfirmed. Nobody sees it and no worker is invoked for it until they have it and it
-- is confirmed. An unconfirmed run expires after an hour.
-- KEYS, ARGV 1-4: as in lib/keys.lua; then the idempotency key under the owner's name, and under its former
--      name; or the run's own key twice if there is none
-- ARGV 5: fingerprint of the body, '' without an idempotency key; 6: hash of the key
--      7: limit of pending runs; 8: of running runs; 9: of bytes; 10: of new runs a minute
--      11: wait before another worker is invoked, ms; 12: schema version; 13: correlation id
--      14: time limit, ms; 15: the request, compressed
-- Returns: OK fields | WAITING fields | REPLAYED fields run_id owner | UNCONFIRMED run_id owner
--      | PENDING_LIMIT | KEY_REUSED | BYTES_LIMIT used | RATE_LIMIT ms
-- @include turns
-- @include place
-- @include release
-- @include rate
-- @include used
-- @include epoch
local idempotency, fingerprint, key_hash = KEYS[#KEYS - 1], ARGV[5], ARGV[6]

-- Writes what is there already, to make WAIT cover what another connection has written before.
local function touch(key)
  redis.call('HSET', key, 'key_hash', key_hash)
end

-- The reply for a run that already exists.
local function again(key, id, of_owner, replayed)
  touch(key)
  if redis.call('HGET', key, 'status') == 'unconfirmed' then return {CODE.UNCONFIRMED, id, of_owner} end
  if replayed then return {CODE.REPLAYED, redis.call('HGETALL', key), id, of_owner} end
  return {redis.call('ZSCORE', waiting, id) and CODE.WAITING or CODE.OK, redis.call('HGETALL', key)}
end

-- A repeated call, whose first reply was lost with its connection.
if redis.call('EXISTS', run) == 1 then return again(run, run_id, owner, false) end

if fingerprint ~= '' then
  for _, held_by in ipairs({{idempotency, owner}, {KEYS[#KEYS], former(owner)}}) do
    local earlier_id, earlier_fingerprint = string.match(redis.call('GET', held_by[1]) or '', '^(%w+) (%x+)$')
    if earlier_id and held_by[2] then
      local earlier = key_of(earlier_id)
      if held_by[2] ~= owner then earlier = former(earlier) end
      local erasing, by = unpack(redis.call('HMGET', earlier, 'erasing', 'written_by'))
      local is_gone = erasing and by ~= epoch()
      if redis.call('EXISTS', earlier) == 1 and not is_gone then
        if earlier_fingerprint ~= fingerprint then return {CODE.KEY_REUSED} end
        return again(earlier, earlier_id, held_by[2], true)
      end
    end
  end
end

if size_of(pending) >= tonumber(ARGV[7]) then return {CODE.PENDING_LIMIT} end
release_expired(1000)
local used = bytes_used()
if used + #ARGV[15] > tonumber(ARGV[9]) then return {CODE.BYTES_LIMIT, int(used)} end
local too_early = take_from_rate(tonumber(ARGV[10]))
if too_early > 0 then return {CODE.RATE_LIMIT, int(too_early)} end

-- Each submit removes up to two runs that are gone from the index. The previous release did not count its
-- runs' bytes, so nothing else notices that they are gone.
for _, old_id in ipairs(redis.call('ZRANGE', runs, 0, 1)) do
  if redis.call('EXISTS', key_of(old_id)) == 0 then redis.call('ZREM', runs, old_id) end
end

local now = int(now_ms())
redis.call('HSET', run, 'v', ARGV[12], 'status', 'unconfirmed', 'created_at', now, 'pending_since', now,
  'attempt', '1', 'hops', '0', 'chain', '0', 'dispatches', '1', 'spent_ms', '0', 'progress', '0',
  'correlation_id', ARGV[13], 'time_limit_ms', ARGV[14], 'key_hash', key_hash)
redis.call('SET', request, ARGV[15])
if fingerprint ~= '' then
  redis.call('SET', idempotency, run_id .. ' ' .. fingerprint, 'PX', int(index_ttl_ms))
end
if needs_replicas then
  for _, key in ipairs({run, request}) do redis.call('PEXPIRE', key, 3600000) end
  look_again(now + 3600001, run_id)
  return {CODE.UNCONFIRMED, run_id, owner}
end
return {place(ARGV[8], ARGV[11]) and CODE.WAITING or CODE.OK, redis.call('HGETALL', run)}
