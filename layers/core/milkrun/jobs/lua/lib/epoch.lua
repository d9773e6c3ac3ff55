-- Which primary this is: a replica that takes over, and one that starts anew, has another name. What was written by
-- another primary may have been confirmed there, and shown, though the confirmation came not here.
local function epoch()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end
