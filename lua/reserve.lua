#!lua
-- Sets cups aside for requests, one after the other, or says why not. Of each request, every check comes before any write.
--
-- KEYS  gate, users, permits
-- ARGV  T in ms, then of each request: request id, user, quantity, payload hash
-- Replies `not_loaded`, or, as JSON, which is read faster than many small arrays: epoch, rev, instant, the stock before all
-- requests, and a list with one reply for each of them. These repeat none of it, as numbers are dear to write: from a
-- `granted` on, the stock is less by that request's quantity. Alone, or with more in an array:
--   pending           user, quantity, payload hash, instant of the permit that this request already has
--   request_conflict  it has one, of another payload
--   sale_not_open, sale_paused, invalid_quantity, limit_exceeded
--   sold_out          1 if permits are under way, so that cups may come back, else 0
--   wait              ms until a cup may be granted again
--   granted           at the instant of all

local gate_key, users_key, permits_key = KEYS[1], KEYS[2], KEYS[3]
local memory = tonumber(ARGV[1])

local gate = loaded_gate(gate_key, users_key, permits_key)
if not gate then return { 'not_loaded' } end
local now = now_ms()
local instant = math.floor(now)
-- Redis would print a number with 17 digits, which is dearer.
local instant_text = string.format('%d', instant)

local function grant_from(moment)
  gate.grantFrom = moment
  redis.call('HSET', gate_key, 'grantFrom', string.format('%.3f', moment))
end

local function reserve(request, user, quantity, hash)
  local permit = redis.call('HGET', permits_key, request)
  if permit then
    local of_user, of_quantity, of_hash, of_instant = parse_permit(permit, now)
    if of_hash ~= hash then return 'request_conflict' end
    return { 'pending', of_user, of_quantity, of_hash, of_instant }
  end

  if gate.closed == 1 or now < gate.startsAt or now >= gate.endsAt then return 'sale_not_open' end
  if gate.paused == 1 then return 'sale_paused' end
  if not quantity or quantity % 1 ~= 0 or quantity < 1 or quantity > gate.orderMax then
    return 'invalid_quantity'
  end
  local units = tonumber(redis.call('HGET', users_key, user) or 0)
  if units + quantity > gate.perUserLimit then return 'limit_exceeded' end

  if gate.stock < quantity then
    local pending = redis.call('HLEN', permits_key) > 1 and 1 or 0
    -- This reply may be remembered for T: no cup is granted until every such memory is over.
    if gate.stock == 0 and pending == 0 then grant_from(now + memory) end
    return { 'sold_out', pending }
  end

  if now < gate.grantFrom then
    -- Further ahead than T is possible only if the clock stepped back.
    if gate.grantFrom > now + memory then grant_from(now + memory) end
    return { 'wait', math.ceil(gate.grantFrom - now) }
  end

  gate.stock = gate.stock - quantity
  gate.pending = gate.pending + quantity
  local quantity_text = string.format('%d', quantity)
  redis.call('HINCRBY', users_key, user, quantity_text)
  redis.call('HSET', permits_key, request, string.format('%s:%s:%s:%s', user, quantity_text, hash, instant_text))
  return 'granted'
end

local before, replies = gate.stock, {}
for i = 2, #ARGV, 4 do
  replies[#replies + 1] = reserve(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3])
end
-- Once for all of them.
if gate.stock < before then redis.call('HSET', gate_key, 'stock', gate.stock, 'pending', gate.pending) end
return cjson.encode({ gate.epoch, gate.rev, instant, before, replies })
