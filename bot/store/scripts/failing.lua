-- Memory.failing_lanes. ARGV: incident. Returns lane, since (ms), error, waiting; oldest first.
local incident = ARGV[1]
local answer = {}
for _, lane in ipairs(redis.call('ZRANGE', K.failing .. incident, 0, -1)) do
  local queue = queue_of(lane, incident)
  local head = redis.call('ZRANGE', queue, 0, 0)[1]
  if head then
    answer[#answer + 1] = lane
    answer[#answer + 1] = redis.call('ZSCORE', K.failing .. incident, lane)
    answer[#answer + 1] = redis.call('HGET', K.entry .. head, 'error')
    answer[#answer + 1] = tostring(redis.call('ZCARD', queue))
  end
end
return answer
