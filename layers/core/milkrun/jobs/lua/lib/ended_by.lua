-- The status that the caller has ended the run with, if it has: its reply was lost, and it asks again.
local function ended_by(token)
  local state = redis.call('HMGET', run, 'status', 'ended_by')
  return state[2] == token and state[1]
end
