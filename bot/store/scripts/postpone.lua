-- Outbox.postpone. ARGV: id, epoch, now, until (ms), error ('' none).
local id, epoch, now, not_before, why = unpack(ARGV)
if not holds(id, epoch) then return 0 end
local key = K.entry .. id
redis.call('HSET', key, 'state', 'pending', 'not_before', not_before, 'lease', '', 'begun_at', '')
if why ~= '' then
  redis.call('HINCRBY', key, 'attempts', 1)
  redis.call('HSET', key, 'error', why)
end
local lane = redis.call('HGET', key, 'lane')
if redis.call('HGET', K.begun, lane) == id then redis.call('HDEL', K.begun, lane) end
wish_lane(lane, now)
return 1
