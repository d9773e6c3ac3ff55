#!lua flags=allow-oom
-- confirm: makes a change take effect once replicas have it
-- A submitted run becomes pending, a run whose end is noted ends, and a run marked for erasure is deleted. If
-- there is nothing to confirm, the reply is the run as it is.
-- KEYS, ARGV 1-4: as in lib/keys.lua; then its idempotency key, or the run's own key if it has none
-- ARGV 5: limit of running runs; 6: wait before another worker is invoked, ms
-- Returns: OK fields next | WAITING fields next | NOT_FOUND
-- @include turns
-- @include place
-- @include end_run
-- @include forget
local status, ending, erasing, key_hash =
  unpack(redis.call('HMGET', run, 'status', 'ending', 'erasing', 'key_hash'))
if not status then return {CODE.NOT_FOUND} end

if erasing then
  redis.call('DEL', run, request, best, result)
  forget()
  -- A later run may have taken the key since.
  local key = KEYS[#KEYS]
  local held = redis.call('TYPE', key).ok == 'string' and redis.call('GET', key) or ''
  if string.sub(held, 1, #run_id + 1) == run_id .. ' ' then redis.call('DEL', key) end
  return {CODE.NOT_FOUND}
end

if ending then
  local next_id = end_run(unpack(cjson.decode(ending)))
  return {CODE.OK, redis.call('HGETALL', run), next_id}
end
if status == 'unconfirmed' then
  place(ARGV[5], ARGV[6])
else
  redis.call('HSET', run, 'key_hash', key_hash or '') -- so that WAIT covers it if the first reply was lost
end
return {redis.call('ZSCORE', waiting, run_id) and CODE.WAITING or CODE.OK, redis.call('HGETALL', run), ''}
