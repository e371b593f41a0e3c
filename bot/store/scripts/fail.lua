-- Outbox.fail. ARGV: id, epoch, now, error, audit body, its hash, seconds a lone failure is kept.
local id, epoch, now, why, body, hash, lone_s = unpack(ARGV)
if not holds(id, epoch) then return 0 end
local key = K.entry .. id
local e = redis.call('HMGET', key, 'lane', 'incident', 'optional')
local lane, incident = e[1], e[2]
if e[3] == '1' then
  dequeue(id)
  redis.call('DEL', key)
else
  redis.call('HSET', key, 'state', 'failed', 'error', why)
  redis.call('HINCRBY', key, 'attempts', 1)
  if incident == '' then -- nothing stands behind it and nobody can retry it
    dequeue(id)
    redis.call('EXPIRE', key, lone_s)
  else
    redis.call('ZADD', K.failing .. incident, now, lane)
    if redis.call('HGET', K.begun, lane) == id then redis.call('HDEL', K.begun, lane) end
  end
  wish('failed:' .. id, now)
end
audit(body, hash, now)
wish_lane(lane, now)
return 1
