-- The bytes of one key of a run: its name, its value, and a hundred bytes for what Redis adds. The meaning of
-- the key does not matter, so a new kind of key counts at once.
local function bytes_of(key)
  local kind, size = redis.call('TYPE', key).ok, #key + 100
  if kind == 'none' then return 0 end
  if kind == 'string' then return size + redis.call('STRLEN', key) end
  for _, text in ipairs(redis.call('HGETALL', key)) do size = size + #text end
  return size
end

-- Notes when to check whether a run still exists.
local function look_again(at, id)
  redis.call('ZADD', kept, int(at), id)
  redis.call('ZADD', expiring, 'LT', int(at), owner)
  for _, key in ipairs({bytes, kept, expiring}) do
    if redis.call('PTTL', key) < tonumber(index_ttl_ms) then redis.call('PEXPIRE', key, int(index_ttl_ms)) end
  end
end

-- Subtracts a run's bytes from its owner's.
local function uncount(id)
  local size = redis.call('HGET', bytes, id)
  redis.call('ZREM', kept, id)
  if redis.call('EXISTS', kept) == 0 then redis.call('ZREM', expiring, owner) end
  if not size then return end
  redis.call('HDEL', bytes, id)
  if redis.call('HINCRBY', bytes, 'total', -size) <= 0 then redis.call('DEL', bytes) end
end

-- Counts the run's bytes as they are now. The run's own keys come first in KEYS. A run that ends has already
-- noted when its keys expire.
local function count()
  local size = 0
  for _, key in ipairs(KEYS) do
    if string.sub(key, 1, #run) ~= run then break end
    size = size + bytes_of(key)
  end
  local before = tonumber(redis.call('HGET', bytes, run_id) or 0)
  if size == before then return end
  if size == 0 then return uncount(run_id) end
  redis.call('HSET', bytes, run_id, int(size))
  redis.call('HINCRBY', bytes, 'total', int(size - before))
  if not redis.call('ZSCORE', kept, run_id) then look_again(now_ms() + 86400000, run_id) end
end
