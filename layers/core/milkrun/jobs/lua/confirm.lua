#!lua flags=allow-oom
-- confirm: what a transition has written is so from now on, for replicas have it
-- A run that was submitted is pending, one that was to end has ended, one that was to be erased is gone. Where there is
-- nothing to confirm it answers with the run as it is.
-- KEYS, ARGV 1-4: as in lib/keys.lua; then its idempotency key, or the run's own key where there is none
-- ARGV 5: limit of running runs; 6: wait before the invoke is sent again, ms
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
  -- The key may have been taken by a later run since.
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
  redis.call('HSET', run, 'key_hash', key_hash or '') -- so that WAIT covers it where the first reply was lost
end
return {redis.call('ZSCORE', waiting, run_id) and CODE.WAITING or CODE.OK, redis.call('HGETALL', run), ''}
