#!lua flags=allow-oom
-- Gives one permit back. Only once the gate has passed the request's outcome: else a retry would be granted anew
-- though the log already knows its id.
--
-- KEYS  gate, users, permits
-- ARGV  request id, revision of the request's outcome
-- Replies, all but the first followed by epoch, rev, stock:
--   not_loaded
--   absent      no such permit
--   behind      the gate is not there yet; nothing was given back
--   dropped

local gate_key, users_key, permits_key = KEYS[1], KEYS[2], KEYS[3]
local request, outcome_rev = ARGV[1], tonumber(ARGV[2])

local gate = loaded_gate(gate_key, users_key, permits_key)
if not gate then return { 'not_loaded' } end
if redis.call('HEXISTS', permits_key, request) == 0 then return reply('absent', gate) end
if gate.rev < outcome_rev then return reply('behind', gate) end

local units, user = remove_permit(permits_key, request, gate)
gate.stock = gate.stock + units
count(users_key, user, -units)
redis.call('HSET', gate_key, 'stock', gate.stock, 'pending', gate.pending)
return reply('dropped', gate)
