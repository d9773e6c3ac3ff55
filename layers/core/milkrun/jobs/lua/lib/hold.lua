-- Sets the time until which the lease is held.
local function hold(lease_until)
  redis.call('HSET', run, 'lease_until', lease_until)
  redis.call('ZADD', active, lease_until, member)
  redis.call('ZADD', leased, lease_until, member)
end
