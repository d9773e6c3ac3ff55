#!lua flags=allow-oom
-- complete: running -> completed | cancelled
-- Stores the result. A run that was asked to stop is marked so, and without a result it is cancelled. Who has ended it
-- and asks again hears that it has ended, and of no next run: that one is due.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua
-- ARGV 3: lease token; 4: the result, compressed, '' for none; 5: its cost; 6: its unassigned
--      7: ms spent solving; 8: expiry of an ended run, ms
-- Returns: OK next | NOT_FOUND | ENDED | LOST
-- @include keys
-- @include now
-- @include pass_turn
-- @include finish
-- @include holder
-- @include ended_by
-- @include spend
local token = ARGV[3]
local earlier = ended_by(token)
if earlier == 'completed' or earlier == 'cancelled' then return {CODE.OK, ''} end
local refused = refusal(token)
if refused then return {refused} end

spend(ARGV[7])
if ARGV[4] == '' then return {CODE.OK, finish('cancelled', ARGV[8], 'ended_by', token)} end
redis.call('SET', result, ARGV[4])
if redis.call('HEXISTS', run, 'stop') == 1 then redis.call('HSET', run, 'stopped_early', '1') end
local next_id = finish('completed', ARGV[8], 'best_cost', ARGV[5], 'best_unassigned', ARGV[6],
  'progress', '1', 'ended_by', token)
return {CODE.OK, next_id}
