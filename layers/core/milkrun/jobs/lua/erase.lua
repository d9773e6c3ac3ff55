#!lua flags=allow-oom
-- erase: (any) -> (any), to be erased
-- Marks a run for deletion with all its data. It is deleted when the mark is confirmed; its worker, if any,
-- then loses the lease. A repeated call writes the mark again, so that WAIT covers it.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- Returns: UNCONFIRMED key_hash | NOT_FOUND
-- @include epoch
local status, key_hash = unpack(redis.call('HMGET', run, 'status', 'key_hash'))
if not status or status == 'unconfirmed' then return {CODE.NOT_FOUND} end
redis.call('HSET', run, 'erasing', '1', 'written_by', epoch())
redis.call('ZADD', active, int(now_ms() + 5000), member) -- if nobody confirms it, the sweeper does
return {CODE.UNCONFIRMED, key_hash or ''}
