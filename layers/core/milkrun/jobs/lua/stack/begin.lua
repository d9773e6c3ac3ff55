#!lua
-- stack/begin: takes a place for a run that is about to run, unless the limit is reached
-- A run whose worker died keeps its place until the sweeper takes back its lease, or the place expires.
-- KEYS 1: the running runs, as <owner>:<run_id>, scored by when their place expires, ms
--      2: the refused runs, scored by when they were refused, ms
-- ARGV 1: the run; 2: how long its place lasts, ms: twice the length of an invocation
--      3: limit of running runs; 4: a run whose place it takes over, or ''
-- Returns: OK | BUSY
-- @include now
local running, refused, run = KEYS[1], KEYS[2], ARGV[1]
local now = now_ms()

redis.call('ZREMRANGEBYSCORE', running, '-inf', int(now))
if ARGV[4] ~= '' then redis.call('ZREM', running, ARGV[4]) end
local until_when = redis.call('ZSCORE', running, run)
local may_run = until_when or redis.call('ZCARD', running) < tonumber(ARGV[3])
if may_run then
  if not until_when or until_when - now < ARGV[2] / 2 then redis.call('ZADD', running, int(now + ARGV[2]), run) end
  redis.call('ZREM', refused, run)
else
  redis.call('ZADD', refused, 'NX', int(now), run)
end
for _, key in ipairs({running, refused}) do redis.call('PEXPIRE', key, 3600000) end
return {may_run and CODE.OK or CODE.BUSY}
