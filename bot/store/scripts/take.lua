-- Outbox.take. ARGV: lane, now, lease end. Returns {'entry', body, unknown, epoch, attempts,
-- not_before, error, ref, value, ...}, {'later', ms} or {'none'}.
local lane, now, lease = unpack(ARGV)
local id, later = next_of(lane, tonumber(now))
if not id then
  wish_lane(lane, now)
  if later then return {'later', string.format('%.0f', later)} end
  return {'none'}
end
local key = K.entry .. id
local e = redis.call('HMGET', key, 'state', 'body', 'attempts', 'not_before', 'error', 'incident')
local epoch = redis.call('HINCRBY', key, 'epoch', 1)
redis.call('HSET', key, 'state', 'begun', 'lease', lease, 'begun_at', now)
redis.call('HSET', K.begun, lane, id)
wish('lane:' .. lane, lease)
local unknown = e[1] == 'begun' and '1' or '0'
local answer = {'entry', e[2], unknown, tostring(epoch), e[3], e[4], e[5]}
if e[6] ~= '' then
  for _, part in ipairs(redis.call('HGETALL', K.refs .. e[6])) do answer[#answer + 1] = part end
end
return answer
