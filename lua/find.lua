#!lua flags=no-writes
-- Has this request a permit?
--
-- KEYS  gate, users, permits
-- ARGV  request id
-- Replies, all but the first followed by epoch, rev, stock:
--   not_loaded
--   absent
--   pending     user, quantity, payload hash, instant

local gate = loaded_gate(KEYS[1], KEYS[2], KEYS[3])
if not gate then return { 'not_loaded' } end
local permit = redis.call('HGET', KEYS[3], ARGV[1])
if not permit then return reply('absent', gate) end
return reply('pending', gate, parse_permit(permit, now_ms()))
