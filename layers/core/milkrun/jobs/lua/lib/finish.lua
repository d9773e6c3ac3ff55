-- @include end_run
-- @include epoch
-- Ends the run. If replicas must have the end first, it only notes how the run ends; confirm then ends it.
-- `fields` are pairs. Returns the id of the run that gets its turn, '' for none, or nil if the end is not
-- confirmed yet.
local function finish(status, ...)
  local now = now_ms()
  if not needs_replicas then return end_run(status, 'finished_at', int(now), ...) end
  redis.call('HSET', run, 'ending', cjson.encode({status, 'finished_at', int(now), ...}), 'written_by', epoch())
  redis.call('ZADD', active, int(now + 5000), member) -- if nobody confirms it, the sweeper does
  return nil
end
