-- Whether the caller still holds the run: nil if so, else the code of the refusal.
local function refusal(token)
  local held = redis.call('HMGET', run, 'status', 'token')
  if not held[1] then return CODE.NOT_FOUND end
  if held[1] ~= 'running' and held[1] ~= 'pending' then return CODE.ENDED end
  if held[1] ~= 'running' or held[2] ~= token then return CODE.LOST end
  return nil
end
