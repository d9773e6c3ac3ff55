#!lua flags=allow-oom
-- touch: writes once more what of a run is yet to be confirmed, so that WAIT covers it on this connection
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- Returns: UNCONFIRMED fields, with '1' where another primary has written it, which may have confirmed it, else ''
--      | OK | NOT_FOUND
-- @include epoch
local status, ending, erasing, written_by, key_hash =
  unpack(redis.call('HMGET', run, 'status', 'ending', 'erasing', 'written_by', 'key_hash'))
if not status then return {CODE.NOT_FOUND} end
if not ending and not erasing then return {CODE.OK} end
redis.call('HSET', run, 'key_hash', key_hash or '')
redis.call('ZADD', active, int(now_ms() + 30000), member) -- who cannot be confirmed keeps nobody back
local elsewhere = written_by and written_by ~= epoch() and '1' or ''
return {CODE.UNCONFIRMED, redis.call('HGETALL', run), elsewhere}
