-- Due.reset. ARGV: now. What a process that is gone held is due again: at the time that was asked
-- while it was held, else at once.
local items = redis.call('ZRANGE', K.held, 0, -1)
redis.call('DEL', K.held, K.runs)
for _, item in ipairs(items) do
  wish(item, redis.call('HGET', K.again, item) or ARGV[1])
end
return #items
