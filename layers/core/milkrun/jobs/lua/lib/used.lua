-- @include former
-- The bytes stored for the owner's runs, under both of its names.
local function bytes_used()
  local before = former(bytes)
  return (redis.call('HGET', bytes, 'total') or 0) + (before and redis.call('HGET', before, 'total') or 0)
end
