-- @include finish
-- Ends a run that was asked to stop and has no worker: completed with its best routes, or cancelled without
-- any. The reply is that of finish.
local function finish_early()
  if redis.call('EXISTS', best) == 1 then return finish('completed', 'stopped_early', '1', 'progress', '1') end
  return finish('cancelled')
end
