-- Ends a run that was asked to stop and has no worker: completed with its best routes, or cancelled without any.
local function finish_early(ttl_ms)
  if redis.call('EXISTS', best) == 1 then
    redis.call('RENAME', best, result)
    finish('completed', ttl_ms, 'stopped_early', '1', 'progress', '1')
  else
    finish('cancelled', ttl_ms)
  end
end
