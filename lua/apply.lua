#!lua flags=allow-oom
-- Applies the next events of the sale's stream, in order, each once: confirm, release, adjustment and catch-up after
-- a fault are all this. It frees more than it takes, so it runs also while Redis is full.
--
-- KEYS  gate, users, permits
-- ARGV  revision of the first change, the changes as a JSON array
-- Replies, all but the first followed by epoch, rev, stock:
--   not_loaded  also once a newer epoch was opened: what Redis held of the gate is gone then
--   gap         the first change is beyond rev + 1; nothing was applied
--   applied

local gate_key, users_key, permits_key = KEYS[1], KEYS[2], KEYS[3]
local first, changes = tonumber(ARGV[1]), cjson.decode(ARGV[2])

local gate = loaded_gate(gate_key, users_key, permits_key)
if not gate then return { 'not_loaded' } end
if first > gate.rev + 1 then return reply('gap', gate) end

local apply = {}

-- Usually the permit is here and the cup taken already; without one, stock and user are counted now.
function apply.reserved(change)
  local taken = remove_permit(permits_key, change.requestId, gate)
  gate.stock = gate.stock + taken - change.quantity
  count(users_key, change.userId, change.quantity - taken)
end

function apply.refused(change)
  local units, user = remove_permit(permits_key, change.requestId, gate)
  gate.stock = gate.stock + units
  count(users_key, user, -units)
end

function apply.released(change)
  gate.stock = gate.stock + change.quantity
  count(users_key, change.userId, -change.quantity)
end

function apply.adjusted(change) gate.stock = gate.stock + change.delta end

function apply.changed(change)
  gate.stock = gate.stock + change.stockDelta
  gate.perUserLimit, gate.startsAt, gate.endsAt = change.perUserLimit, change.startsAtMs, change.endsAtMs
end

function apply.paused() gate.paused = 1 end
function apply.resumed() gate.paused = 0 end
function apply.closed() gate.closed = 1 end
function apply.none() end
function apply.gate_opened(change) return change.epoch > gate.epoch end

for _, change in ipairs(changes) do assert(apply[change.kind], 'unknown change') end

for i = gate.rev - first + 2, #changes do
  local fenced = apply[changes[i].kind](changes[i])
  if fenced then
    -- Every permit under way is void. The claim of whoever loads the gate anew is left alone.
    redis.call('UNLINK', gate_key, users_key, permits_key)
    return { 'not_loaded' }
  end
  gate.rev = first + i - 1
end

redis.call('HSET', gate_key, 'rev', gate.rev, 'stock', gate.stock, 'pending', gate.pending,
  'perUserLimit', gate.perUserLimit, 'startsAt', gate.startsAt, 'endsAt', gate.endsAt,
  'paused', gate.paused, 'closed', gate.closed)
return reply('applied', gate)
