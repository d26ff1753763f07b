#!lua
-- Puts one chunk of an image aside, under the caller's claim. Chunk 0 holds the gate's numbers and begins anew; the
-- others hold users. Chunk n is taken only if exactly n chunks of this very image are there.
--
-- KEYS  claim, staged gate, staged users
-- ARGV  token, id of the image, number of the chunk, ms that staged keys live, field, value, field, value...
-- Replies: staged, or lost (the claim, or chunks)

local claim_key, gate_key, users_key = KEYS[1], KEYS[2], KEYS[3]
local token, image, chunk, staged_ms = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

if redis.call('GET', claim_key) ~= token then return { 'lost' } end
if chunk == 0 then
  redis.call('UNLINK', gate_key, users_key)
  redis.call('HSET', gate_key, 'image', image, unpack(ARGV, 5))
  redis.call('HSET', users_key, ':token', token)
else
  local staged = redis.call('HMGET', gate_key, 'image', 'chunks')
  if staged[1] ~= image or tonumber(staged[2]) ~= chunk then return { 'lost' } end
  redis.call('HSET', users_key, unpack(ARGV, 5))
end
redis.call('HSET', gate_key, 'chunks', chunk + 1)
redis.call('PEXPIRE', gate_key, staged_ms)
redis.call('PEXPIRE', users_key, staged_ms)
return { 'staged' }
