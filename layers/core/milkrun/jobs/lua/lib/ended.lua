-- The reply of a transition that has ended the run, or has noted its end.
local function ended(code, next_id)
  if not next_id then return {CODE.UNCONFIRMED} end
  return {code, redis.call('HGETALL', run)}
end
