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
local e = redis.call('HMGET', key,
  'state', 'body', 'attempts', 'not_before', 'error', 'incident', 'doubt')
-- Doubt stays until the entry is settled: whoever reads back may be told to wait, or die as well.
if e[1] == 'begun' and not e[7] then
  e[7] = '1'
  redis.call('HSET', key, 'doubt', '1')
end
local epoch = redis.call('HINCRBY', key, 'epoch', 1)
redis.call('HSET', key, 'state', 'begun', 'lease', lease, 'begun_at', now)
redis.call('HSET', K.begun, lane, id)
wish('lane:' .. lane, lease)
local answer = {'entry', e[2], e[7] or '0', tostring(epoch), e[3], e[4], e[5]}
if e[6] ~= '' then
  for _, part in ipairs(redis.call('HGETALL', K.refs .. e[6])) do answer[#answer + 1] = part end
end
return answer
