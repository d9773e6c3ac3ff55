-- nil if the caller still holds the run, else the code of the refusal.
local function refusal(token)
  local held = redis.call('HMGET', run, 'status', 'token', 'ending')
  if not held[1] or held[1] == 'unconfirmed' then return CODE.NOT_FOUND end
  if held[1] ~= 'running' and held[1] ~= 'pending' then return CODE.ENDED end
  if held[1] ~= 'running' or held[2] ~= token then return CODE.LOST end
  if held[3] then return CODE.ENDED end
  return nil
end
