-- Inbox.record. ARGV: id, guard ('' none), guard ms, body, now. Returns 1, or 0 when it is known.
local id, guard, guard_ms, body, now = unpack(ARGV)
if redis.call('EXISTS', K.done .. id, K.intent .. id) > 0 then return 0 end
if guard ~= '' and not redis.call('SET', K.guard .. guard, id, 'NX', 'PX', guard_ms) then
  return 0
end
redis.call('SET', K.intent .. id, body)
wish('intent:' .. id, now)
return 1
