-- Redis's clock, in milliseconds: the only clock that all workers and sweepers share.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua would print a large number as 1.7e+12.
local function int(number)
  return string.format('%d', number)
end
