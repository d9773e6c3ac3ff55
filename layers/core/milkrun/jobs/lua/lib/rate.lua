-- Allows a_minute new runs a minute, even all at once. Returns 0, or the ms after which to try again. The key
-- stores when the submits so far would be done if they came one at a time at this rate.
local function take_from_rate(a_minute)
  local now, each = now_ms(), 60000 / a_minute
  local stored = tonumber(redis.call('GET', rate) or 0)
  if stored > now + 60000 then stored = 0 end -- a clock that was set back locks nobody out
  local busy_until = math.max(stored, now)
  local too_early = math.ceil(busy_until + each - now - 60000)
  if too_early > 0 then return too_early end
  redis.call('SET', rate, string.format('%.3f', busy_until + each), 'PX', 60000)
  return 0
end
