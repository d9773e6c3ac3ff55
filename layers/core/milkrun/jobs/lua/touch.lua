#!lua flags=allow-oom
-- touch: looks what of a run is yet to be confirmed, and writes it once more, so that WAIT covers it on this connection
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: '1' to write it; else it changes nothing: who only reads must not put off the one who confirms
-- Returns: UNCONFIRMED fields, with '1' where another primary has written it, which may have confirmed it, else ''
--      | OK | NOT_FOUND
-- @include epoch
local status, ending, erasing, written_by, key_hash =
  unpack(redis.call('HMGET', run, 'status', 'ending', 'erasing', 'written_by', 'key_hash'))
if not status then return {CODE.NOT_FOUND} end
if not ending and not erasing then return {CODE.OK} end
if ARGV[5] == '1' then
  redis.call('HSET', run, 'key_hash', key_hash or '')
  redis.call('ZADD', active, int(now_ms() + 30000), member) -- who cannot be confirmed keeps nobody back
end
local elsewhere = written_by and written_by ~= epoch() and '1' or ''
return {CODE.UNCONFIRMED, redis.call('HGETALL', run), elsewhere}
