#!lua flags=allow-oom
-- Lets the gate of a sale that is over expire. A gate never expires while its sale is open.
--
-- KEYS  gate, users, permits
-- ARGV  ms until then
-- Replies: retired

for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
return { 'retired' }
