#!lua
-- Asks for the right to load the gate anew, which one process has at a time, for as long as it renews it.
--
-- KEYS  gate, users, permits, claim
-- ARGV  token of the caller, epoch of the caller's fold, ms that the claim lives
-- Replies:
--   loaded   epoch, rev, stock: nothing to do, the gate is loaded under an epoch not older than the caller's
--   claimed  run id of this server; also when the token has the claim already, since that answer may have been lost
--   busy     another token has it

local claim_key = KEYS[4]
local token, epoch, claim_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local gate = loaded_gate(KEYS[1], KEYS[2], KEYS[3])
if gate and gate.epoch >= epoch then return reply('loaded', gate) end

local owner = redis.call('GET', claim_key)
if owner and owner ~= token then return { 'busy' } end
redis.call('SET', claim_key, token, 'PX', claim_ms)
return { 'claimed', server_run() }
