-- The id of this primary. It changes when a replica takes over and when a server restarts. What another
-- primary wrote may have been confirmed and shown there, even if the confirmation is missing here.
local function epoch()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end
