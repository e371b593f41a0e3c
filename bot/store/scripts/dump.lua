-- Everything that a backup holds, of one moment. ARGV: pattern, then prefixes to leave out.
-- Returns {key, type, ms left to live or -1, value} for each; the value as its type's plain reading.
local READ = {
  string = function(key) return {redis.call('GET', key)} end,
  hash = function(key) return redis.call('HGETALL', key) end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  stream = function(key)
    local rows = {}
    for _, row in ipairs(redis.call('XRANGE', key, '-', '+')) do
      rows[#rows + 1] = row[1]
      rows[#rows + 1] = row[2]
    end
    return rows
  end,
}

local function left_out(key)
  for i = 2, #ARGV do
    if string.sub(key, 1, #ARGV[i]) == ARGV[i] then return true end
  end
  return false
end

local seen, answer, cursor = {}, {}, '0'
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    if not seen[key] and not left_out(key) then
      seen[key] = true -- a scan may show a key twice
      local kind = redis.call('TYPE', key)
      kind = kind.ok or kind
      answer[#answer + 1] = {key, kind, tostring(redis.call('PTTL', key)), READ[kind](key)}
    end
  end
until cursor == '0'
return answer
