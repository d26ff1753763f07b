#!lua
-- Puts a staged image in place of the gate, with no permits, and ends the claim. Only if the claim is still the
-- caller's, the server's run is that of the claim, and the image is whole.
--
-- KEYS  gate, users, permits, claim, staged gate, staged users
-- ARGV  token, run id, id of the image, its number of chunks, T in ms
-- Replies: loaded, or lost

local gate_key, users_key, permits_key, claim_key, staged_gate, staged_users = unpack(KEYS)
local token, run, image, chunks, memory = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])

-- Redis keeps a small hash as a list, which each look-up searches from its start, until it has held a text that is longer
-- than `hash-max-listpack-value`, usually 64: then it is a table, and stays one.
local function put_token(key, field)
  redis.call('HSET', key, field, string.rep('-', 512))
  redis.call('HSET', key, field, token)
end

if redis.call('GET', claim_key) ~= token or server_run() ~= run then return { 'lost' } end
local staged = redis.call('HMGET', staged_gate, 'image', 'chunks', 'epoch')
if staged[1] ~= image or staged[2] ~= chunks then return { 'lost' } end
if redis.call('HGET', staged_users, ':token') ~= token then return { 'lost' } end

-- A process may remember "sold out" from before the loss; before the first epoch there was nothing to remember.
local grant_from = staged[3] == '1' and 0 or now_ms() + memory
redis.call('UNLINK', gate_key, users_key, permits_key)
redis.call('RENAME', staged_gate, gate_key)
redis.call('RENAME', staged_users, users_key)
redis.call('HDEL', gate_key, 'image', 'chunks')
redis.call('HSET', gate_key, 'run', run, 'pending', 0, 'grantFrom', string.format('%.3f', grant_from))
put_token(gate_key, 'token')
put_token(users_key, ':token')
put_token(permits_key, ':token')
redis.call('PERSIST', gate_key)
redis.call('PERSIST', users_key)
redis.call('DEL', claim_key)
return { 'loaded' }
