-- Due work, used by every script that makes something due. The life of an item is in due.py.

local function wake()
  if redis.call('LLEN', K.wake) < 8 then redis.call('LPUSH', K.wake, '1') end
end

-- Ask for `item` at `at` (ms), replacing what was asked before; nil forgets it.
local function wish(item, at)
  if redis.call('ZSCORE', K.held, item) then
    if at then redis.call('HSET', K.again, item, at) else redis.call('HDEL', K.again, item) end
    return
  end
  redis.call('HDEL', K.again, item) -- kept there while a failed run waits for its next try
  if at then
    redis.call('ZADD', K.due, at, item)
    wake()
  else
    redis.call('ZREM', K.due, item)
  end
end

-- `item` is over, wherever it is; a run that is still going has nothing left to finish.
local function drop(item)
  redis.call('ZREM', K.due, item)
  redis.call('ZREM', K.held, item)
  redis.call('HDEL', K.again, item)
  redis.call('HDEL', K.runs, item)
  redis.call('HDEL', K.tries, item)
end
