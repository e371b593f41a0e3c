-- Outbox.settle. ARGV: id, epoch, now, audit body, its hash, then reference, value, ...
local id, epoch, now, body, hash = unpack(ARGV, 1, 5)
if not holds(id, epoch) then return 0 end
local e = redis.call('HMGET', K.entry .. id, 'lane', 'incident')
dequeue(id)
redis.call('DEL', K.entry .. id)
if e[2] ~= '' then
  for i = 6, #ARGV, 2 do set_ref(e[2], ARGV[i], ARGV[i + 1], now) end
end
audit(body, hash, now)
wish_lane(e[1], now)
return 1
