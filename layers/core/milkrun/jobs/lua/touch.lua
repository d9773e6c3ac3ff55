#!lua flags=allow-oom
-- touch: finds a change that is not confirmed yet
-- It can write the change again, so that WAIT covers it on this connection.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: '1' to write it again; else it changes nothing, as a reader must not delay the confirmation
-- Returns: UNCONFIRMED fields, then '1' if another primary wrote it and may have confirmed it, else ''
--      | OK | NOT_FOUND
-- @include epoch
local status, ending, erasing, written_by, key_hash =
  unpack(redis.call('HMGET', run, 'status', 'ending', 'erasing', 'written_by', 'key_hash'))
if not status then return {CODE.NOT_FOUND} end
if not ending and not erasing then return {CODE.OK} end
if ARGV[5] == '1' then
  redis.call('HSET', run, 'key_hash', key_hash or '')
  redis.call('ZADD', active, int(now_ms() + 30000), member) -- what cannot be confirmed holds up no others
end
local elsewhere = written_by and written_by ~= epoch() and '1' or ''
return {CODE.UNCONFIRMED, redis.call('HGETALL', run), elsewhere}
