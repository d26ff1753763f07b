#!lua flags=no-writes
-- The gate at a glance, and permits that are overdue.
--
-- KEYS  gate, users, permits
-- ARGV  grace in ms
-- Replies:
--   not_loaded
--   loaded      epoch, rev, stock, paused, closed (1 or 0), number of permits, their units, and an array of at most
--               100 permits older than grace, each as an array: request id, user, quantity, payload hash, instant

local OVERDUE_MAX, SAMPLE = 100, 1000
local gate_key, users_key, permits_key = KEYS[1], KEYS[2], KEYS[3]
local grace = tonumber(ARGV[1])

local gate = loaded_gate(gate_key, users_key, permits_key)
if not gate then return { 'not_loaded' } end
local now = now_ms()

-- Of very many permits a random thousand is looked at, so that no call is long: every call sees others.
local some = redis.call('HRANDFIELD', permits_key, SAMPLE, 'WITHVALUES')
local overdue = {}
for i = 1, #some, 2 do
  local request = some[i]
  if request ~= ':token' and #overdue < OVERDUE_MAX then
    local user, quantity, hash, instant = parse_permit(some[i + 1], now)
    if now - instant > grace then overdue[#overdue + 1] = { request, user, quantity, hash, instant } end
  end
end
local permits = redis.call('HLEN', permits_key) - 1
return reply('loaded', gate, gate.paused, gate.closed, permits, gate.pending, overdue)
