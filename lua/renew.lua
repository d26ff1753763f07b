#!lua
-- Prolongs a claim and what is staged under it, if the claim is still the caller's.
--
-- KEYS  claim, staged gate, staged users
-- ARGV  token, ms that the claim lives, ms that staged keys live
-- Replies: renewed, or lost

local token, claim_ms, staged_ms = ARGV[1], ARGV[2], ARGV[3]

if redis.call('GET', KEYS[1]) ~= token then return { 'lost' } end
redis.call('PEXPIRE', KEYS[1], claim_ms)
redis.call('PEXPIRE', KEYS[2], staged_ms)
redis.call('PEXPIRE', KEYS[3], staged_ms)
return { 'renewed' }
