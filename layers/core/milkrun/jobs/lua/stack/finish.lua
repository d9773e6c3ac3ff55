#!lua flags=allow-oom
-- stack/finish: frees the place of a run, and returns the run whose turn it is
-- If runs were refused, that is the one refused first, and the owner's next run queues behind them, so that
-- no owner keeps another out. The returned run also goes to the end of the queue, so that it holds up no
-- others if it cannot start.
-- KEYS 1-2: as in stack/begin
-- ARGV 1: the run; 2: the next run of its owner, as <owner>:<run_id>, or ''
-- Returns: OK run, whose turn it is, or ''
-- @include now
local running, refused, next_run = KEYS[1], KEYS[2], ARGV[2]
local now = now_ms()

redis.call('ZREM', running, ARGV[1])
redis.call('ZREM', refused, ARGV[1])
local first = redis.call('ZRANGE', refused, 0, 0)[1]
if not first then return {CODE.OK, next_run} end
if next_run ~= '' then redis.call('ZADD', refused, 'NX', int(now), next_run) end
redis.call('ZADD', refused, int(now + 1), first)
return {CODE.OK, first}
