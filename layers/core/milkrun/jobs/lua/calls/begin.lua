#!lua
-- calls/begin: registers a call that is about to wait, unless the limit is reached
-- A call whose process died counts until the latest time at which it would have ended.
-- KEYS 1: the waiting calls, as <owner>:<name>, scored by when they end at the latest, ms
-- ARGV 1: the owner; 2: <owner>:<name> of the call; 3: the longest that it waits, ms
--      4: limit of waiting calls; 5: limit of waiting calls per owner
-- Returns: OK | BUSY
-- @include now
local calls, owner, call, longest = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local now = now_ms()

for _, ended in ipairs(redis.call('ZRANGEBYSCORE', calls, '-inf', int(now))) do
  redis.call('ZREM', calls, ended)
end
local others = redis.call('ZRANGE', calls, 0, -1)
local own = 0
for _, other in ipairs(others) do
  if string.sub(other, 1, #owner + 1) == owner .. ':' then own = own + 1 end
end
if #others >= tonumber(ARGV[4]) or own >= tonumber(ARGV[5]) then return {CODE.BUSY} end

redis.call('ZADD', calls, int(now + longest), call)
redis.call('PEXPIRE', calls, 60000)
return {CODE.OK}
