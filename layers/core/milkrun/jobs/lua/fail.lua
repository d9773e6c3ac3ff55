#!lua flags=allow-oom
-- fail: running -> failed
-- Asked again, it answers as complete does.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: error code; 5: a sentence about it; 6: ms spent solving; 7: expiry of an ended run, ms
-- ARGV 8: the fields at fault as JSON, or ''
-- Returns: OK next | NOT_FOUND | ENDED | LOST
-- @include keys
-- @include now
-- @include pass_turn
-- @include finish
-- @include holder
-- @include ended_by
-- @include spend
local token = ARGV[3]
if ended_by(token) == 'failed' then return {CODE.OK, ''} end
local refused = refusal(token)
if refused then return {refused} end

spend(ARGV[6])
local fields = ARGV[8] == '' and {} or {'error_errors', ARGV[8]}
local next_id =
  finish('failed', ARGV[7], 'error_code', ARGV[4], 'error_detail', ARGV[5], 'ended_by', token, unpack(fields))
return {CODE.OK, next_id}
