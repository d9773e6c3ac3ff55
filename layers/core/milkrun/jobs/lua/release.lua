#!lua flags=allow-oom
-- release: releases the bytes of an owner's expired runs
-- KEYS, ARGV 1-4: as in lib/keys.lua, with an empty run id
-- ARGV 5: limit of runs to check
-- Returns: OK
-- @include release
release_expired(tonumber(ARGV[5]))
return {CODE.OK}
