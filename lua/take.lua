#!lua
-- Takes the oldest commands of a sale's list, for the process that writes on its stream.
--
-- KEYS  handover list
-- ARGV  how many at most
-- Replies: taken, an array of the entries

return { 'taken', redis.call('LPOP', KEYS[1], ARGV[1]) or {} }
