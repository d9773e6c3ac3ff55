-- Releases the bytes of the owner's expired runs, of `most` runs at most. A run that still exists is checked
-- again when it expires.
local function release_expired(most)
  local now = now_ms()
  for _, id in ipairs(redis.call('ZRANGE', kept, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, most)) do
    local left = redis.call('PTTL', key_of(id))
    if left == -2 then
      uncount(id)
      redis.call('ZREM', runs, id)
    else
      redis.call('ZADD', kept, int(now + (left >= 0 and left + 1 or 86400000)), id)
    end
  end
  local first = redis.call('ZRANGE', kept, 0, 0, 'WITHSCORES')
  if first[2] then
    redis.call('ZADD', expiring, first[2], owner)
  else
    redis.call('ZREM', expiring, owner)
  end
end
