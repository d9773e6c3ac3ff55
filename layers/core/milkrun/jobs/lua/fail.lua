#!lua flags=allow-oom
-- fail: running -> failed
-- A repeated call is answered as in complete.
-- KEYS, ARGV 1-4: as in lib/keys.lua
-- ARGV 5: lease token; 6: error code; 7: a sentence about it; 8: ms spent solving
--      9: the fields at fault as JSON, or ''
-- Returns: OK next | UNCONFIRMED | NOT_FOUND | ENDED | LOST
-- @include finish
-- @include holder
-- @include already
-- @include spend
local token = ARGV[5]
local earlier = already(token, 'failed')
if earlier then return earlier end
local refused = refusal(token)
if refused then return {refused} end

spend(ARGV[8])
redis.call('HSET', run, 'ended_by', token)
local fields = ARGV[9] == '' and {} or {'error_errors', ARGV[9]}
local next_id = finish('failed', 'error_code', ARGV[6], 'error_detail', ARGV[7], unpack(fields))
return next_id and {CODE.OK, next_id} or {CODE.UNCONFIRMED}
