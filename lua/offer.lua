#!lua
-- Lays commands at the end of a sale's list, for the process that writes on its stream, and rings its bell.
--
-- KEYS  handover list
-- ARGV  most entries of the list, ms that it lives without another one, channel of the bell, what it says, entries...
-- Replies: laid, or full (nothing was laid there)

local list = KEYS[1]
local max, ttl, channel, message = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]

if redis.call('LLEN', list) + #ARGV - 4 > max then return { 'full' } end
redis.call('RPUSH', list, unpack(ARGV, 5))
redis.call('PEXPIRE', list, ttl)
redis.call('PUBLISH', channel, message)
return { 'laid' }
