-- What a run takes of its owner's bytes: for each key of its own the name, the value, and a hundred bytes that Redis
-- adds. It asks no key for its meaning, so that one more key counts at once.
local function bytes_of(key)
  local kind, size = redis.call('TYPE', key).ok, #key + 100
  if kind == 'none' then return 0 end
  if kind == 'string' then return size + redis.call('STRLEN', key) end
  for _, text in ipairs(redis.call('HGETALL', key)) do size = size + #text end
  return size
end

-- Notes when somebody is to look whether a run is still there.
local function look_again(at, id)
  redis.call('ZADD', kept, int(at), id)
  redis.call('ZADD', expiring, 'LT', int(at), owner)
  for _, key in ipairs({bytes, kept, expiring}) do
    if redis.call('PTTL', key) < tonumber(index_ttl_ms) then redis.call('PEXPIRE', key, int(index_ttl_ms)) end
  end
end

-- Takes a run's bytes from its owner's.
local function uncount(id)
  local size = redis.call('HGET', bytes, id)
  redis.call('ZREM', kept, id)
  if redis.call('EXISTS', kept) == 0 then redis.call('ZREM', expiring, owner) end
  if not size then return end
  redis.call('HDEL', bytes, id)
  if redis.call('HINCRBY', bytes, 'total', -size) <= 0 then redis.call('DEL', bytes) end
end

-- Counts the run as it is now: its own keys are the first of KEYS. One that ends has told already when they will be
-- gone.
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
