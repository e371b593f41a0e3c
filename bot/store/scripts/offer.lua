-- Due.offer. ARGV: now, when a hand-over counts as lost, how many at most.
-- Returns {when to look again ('' unknown), item, '1' first time or '0' again, ...}.
local now, lost_at, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local answer = {''}
local function hand(items, first)
  for _, item in ipairs(items) do
    redis.call('ZREM', K.due, item)
    redis.call('ZADD', K.held, lost_at, item)
    answer[#answer + 1] = item
    answer[#answer + 1] = first
  end
end
local function ready(key, count)
  return redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, count)
end
local lost = ready(K.held, limit)
hand(lost, '0')
if #lost < limit then hand(ready(K.due, limit - #lost), '1') end
for _, key in ipairs({K.due, K.held}) do
  local at = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  if at and (answer[1] == '' or tonumber(at) < tonumber(answer[1])) then answer[1] = at end
end
return answer
