#!lua flags=allow-oom
-- withdraw: pending -> (nothing)
-- Takes back a run that was not acknowledged because too few replicas have it. With an idempotency key it
-- stays unconfirmed, for a retry with that key. Without a key nobody can find it, so it is deleted. A run
-- that a worker has claimed is left alone.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- Returns: OK | NOT_FOUND | HELD
-- @include forget
local status, started_at, key_hash = unpack(redis.call('HMGET', run, 'status', 'started_at', 'key_hash'))
if not status then return {CODE.NOT_FOUND} end
if started_at or (status ~= 'pending' and status ~= 'unconfirmed') then return {CODE.HELD} end

forget()
if key_hash == '' then
  redis.call('DEL', run, request)
else
  redis.call('HSET', run, 'status', 'unconfirmed')
  for _, key in ipairs({run, request}) do redis.call('PEXPIRE', key, 3600000) end
  look_again(now_ms() + 3600001, run_id)
end
return {CODE.OK}
