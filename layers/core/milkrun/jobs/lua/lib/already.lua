-- The reply if the caller has ended the run in one of these ways, and repeats the call because it got no
-- reply; else nil. An end that is not confirmed yet is written again, so that WAIT covers it on this
-- connection.
local function already(token, ...)
  local status, by, ending = unpack(redis.call('HMGET', run, 'status', 'ended_by', 'ending'))
  if by ~= token then return nil end
  if ending then status = cjson.decode(ending)[1] end
  for _, way in ipairs({...}) do
    if status == way and not ending then return {CODE.OK, ''} end
    if status == way then
      redis.call('HSET', run, 'ending', ending)
      return {CODE.UNCONFIRMED}
    end
  end
  return nil
end
