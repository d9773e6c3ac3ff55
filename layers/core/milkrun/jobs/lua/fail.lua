#!lua flags=allow-oom
-- fail: running -> failed
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: error code; 5: a sentence about it; 6: ms spent solving; 7: expiry of an ended run, ms
-- Returns: OK next | NOT_FOUND | ENDED | LOST
-- @include keys
-- @include now
-- @include pass_turn
-- @include finish
-- @include holder
-- @include spend
local refused = refusal(ARGV[3])
if refused then return {refused} end

spend(ARGV[6])
return {CODE.OK, finish('failed', ARGV[7], 'error_code', ARGV[4], 'error_detail', ARGV[5])}
