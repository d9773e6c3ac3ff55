-- @include end_run
-- @include epoch
-- Ends the run, or where its end needs replicas notes how: it ends once they have it, and is confirmed. `fields` are
-- pairs. Answers the id of the run that its turn is passed to, '' for none; nil where it is yet to be confirmed.
local function finish(status, ...)
  local now = now_ms()
  if not needs_replicas then return end_run(status, 'finished_at', int(now), ...) end
  redis.call('HSET', run, 'ending', cjson.encode({status, 'finished_at', int(now), ...}), 'written_by', epoch())
  redis.call('ZADD', active, int(now + 5000), member) -- somebody has to confirm it
  return nil
end
