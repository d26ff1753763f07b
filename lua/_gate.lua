-- What all scripts share. Not a script of its own: the adapter puts it before each of them, after the `#!lua` line.
--
-- A sale's gate is three hashes. Each carries the token of the load that put it in place, so that a hash that was
-- lost is told from one that is empty:
--   gate     token, run, and the numbers below
--   users    :token, and user -> units held or bought
--   permits  :token, and request id -> "<user>:<quantity>:<payload hash>:<instant>"
-- No user's name begins with ":". Instants are milliseconds since the Unix epoch by this server's clock.
-- `pending` is the units of all permits, so that nobody has to count them.

local NUMBERS = { 'epoch', 'rev', 'stock', 'pending', 'perUserLimit', 'orderMax', 'startsAt', 'endsAt', 'paused',
  'closed', 'grantFrom' }

-- With its fraction: "sold out" is remembered for exactly T, so nothing may be rounded away.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end

-- Changes with every start of the server, and with the server after a failover.
local function server_run()
  -- A plain search: a pattern would be tried at each of some thousand characters.
  local info = redis.call('INFO', 'server')
  local _, before = string.find(info, 'run_id:', 1, true)
  return before and string.match(info, '^%x+', before + 1)
end

-- The gate's numbers by name; nil unless all three hashes are of one load, done under this very run.
local function loaded_gate(gate_key, users_key, permits_key)
  local values = redis.call('HMGET', gate_key, 'token', 'run', unpack(NUMBERS))
  local token = values[1]
  if not token or values[2] ~= server_run() then return nil end
  if redis.call('HGET', users_key, ':token') ~= token then return nil end
  if redis.call('HGET', permits_key, ':token') ~= token then return nil end
  local gate = {}
  for i, name in ipairs(NUMBERS) do gate[name] = tonumber(values[i + 2]) end
  return gate
end

local function reply(word, gate, ...)
  return { word, gate.epoch, gate.rev, gate.stock, ... }
end

-- The server's clock may have stepped back, so an instant in the future counts as now.
local function parse_permit(text, now)
  local user, quantity, hash, instant = string.match(text, '^([^:]*):(%d+):(.*):(%d+)$')
  return user, tonumber(quantity), hash, math.min(tonumber(instant), math.floor(now))
end

-- Takes a permit away; returns its units, 0 when there is none. The caller writes stock and `pending`.
local function remove_permit(permits_key, request, gate)
  local text = redis.call('HGET', permits_key, request)
  if not text then return 0 end
  redis.call('HDEL', permits_key, request)
  -- The rest of it is of no use here.
  local user, units = string.match(text, '^([^:]*):(%d+)')
  gate.pending = gate.pending - units
  return tonumber(units), user
end

local function count(users_key, user, units)
  if units == 0 then return end
  if redis.call('HINCRBY', users_key, user, units) == 0 then redis.call('HDEL', users_key, user) end
end
