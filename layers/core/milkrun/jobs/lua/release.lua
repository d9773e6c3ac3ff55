#!lua flags=allow-oom
-- release: gives an owner back the bytes of its runs whose time is up
-- KEYS, ARGV 1-4: as in lib/keys.lua, of no run
-- ARGV 5: of how many runs at the most
-- Returns: OK
-- @include release
release_expired(tonumber(ARGV[5]))
return {CODE.OK}
