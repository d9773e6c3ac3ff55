#!lua flags=allow-oom
-- erase: (any) -> (nothing)
-- Deletes the run and all its data; its worker, if any, finds its lease lost.
-- KEYS 1-10, ARGV 1-2: as in lib/keys.lua; 11: its idempotency key, or the run's own key where there is none
-- Returns: OK | NOT_FOUND
-- @include keys
-- @include now
-- @include pass_turn
-- @include forget
if redis.call('EXISTS', run) == 0 then return {CODE.NOT_FOUND} end

forget()
redis.call('DEL', run, request, best, result)
-- The key may have been taken by a later run since.
local held = redis.call('TYPE', KEYS[11]).ok == 'string' and redis.call('GET', KEYS[11]) or ''
if string.sub(held, 1, #run_id + 1) == run_id .. ' ' then redis.call('DEL', KEYS[11]) end
return {CODE.OK}
