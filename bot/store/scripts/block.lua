-- Pace.block. ARGV: key, now, until (ms). The latest wins.
local key, now, block = K.pace .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = redis.call('HMGET', key, 'tat', 'block')
block = math.max(block, tonumber(stored[2]) or 0)
local last = math.max(block, tonumber(stored[1]) or 0)
redis.call('HSET', key, 'block', string.format('%.3f', block))
redis.call('PEXPIRE', key, string.format('%.0f', math.max(math.ceil(last - now + 1000), 1)))
return 1
