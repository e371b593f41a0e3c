-- Due.finish. ARGV: item, run, now, outcome ('ok', 'error', 'stopped'), first backoff and longest
-- backoff (ms). Returns the delay until the next try in ms, or '' when the item is not due again
-- because of this run.
local item, run, now, outcome, base, cap = unpack(ARGV)
if redis.call('HGET', K.runs, item) ~= run then return '' end -- a newer run has it, or it is over
redis.call('ZREM', K.held, item)
redis.call('HDEL', K.runs, item)
if outcome == 'ok' then
  local again = redis.call('HGET', K.again, item)
  redis.call('HDEL', K.again, item)
  redis.call('HDEL', K.tries, item)
  if again then wish(item, again) end
  return ''
end
local delay = 0
if outcome == 'error' then
  local tries = redis.call('HINCRBY', K.tries, item, 1)
  delay = math.min(tonumber(cap), tonumber(base) * 2 ^ math.min(tries - 1, 30))
end
-- Not by wish(): what was asked meanwhile stays in K.again until a run ends well.
redis.call('ZADD', K.due, string.format('%.0f', tonumber(now) + delay), item)
wake()
return string.format('%.0f', delay)
