-- Pace.wait, the generic cell rate algorithm. ARGV: key, now, every (ms), burst.
-- `tat` is when the bucket would be full again. Returns ms to wait; 0: go, a token is taken.
local key, now, every, burst = K.pace .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = redis.call('HMGET', key, 'tat', 'block')
local block = tonumber(stored[2]) or 0
local tat = math.max(tonumber(stored[1]) or 0, now)
local wait = math.max(block - now, tat - (burst - 1) * every - now)
if wait > 0 then return string.format('%.0f', math.ceil(wait)) end
tat = tat + every
redis.call('HSET', key, 'tat', string.format('%.3f', tat))
redis.call('PEXPIRE', key, string.format('%.0f', math.ceil(math.max(tat, block) - now + 1000)))
return '0'
