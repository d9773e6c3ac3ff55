#!lua flags=allow-oom
-- erase: (any) -> (any), to be erased
-- Marks a run that is to be deleted with all its data: it is gone once that is confirmed. Its worker, if any, then finds
-- its lease lost. Asked again, it is marked once more, so that WAIT covers the mark.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- Returns: UNCONFIRMED key_hash | NOT_FOUND
-- @include epoch
local status, key_hash = unpack(redis.call('HMGET', run, 'status', 'key_hash'))
if not status or status == 'unconfirmed' then return {CODE.NOT_FOUND} end
redis.call('HSET', run, 'erasing', '1', 'written_by', epoch())
redis.call('ZADD', active, int(now_ms() + 5000), member) -- somebody has to confirm it
return {CODE.UNCONFIRMED, key_hash or ''}
