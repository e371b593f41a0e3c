-- Memory.commit. ARGV: now, intent ('' none), done seconds, then operations, each a name and its
-- fixed number of values. All are checked before the first is done, so a refusal leaves nothing.
-- Returns {'ok'}, {'done'} or {'stale', kind, id, version}.
local now, intent, done_s = ARGV[1], ARGV[2], ARGV[3]

local SIZE = {
  put = 4, check = 3, mark = 3, ref = 3, line = 2, entry = 10, timer = 2, audit = 2, retry = 2,
  forget = 2, release = 2,
}

local function each(visit)
  local i = 4
  while i <= #ARGV do
    local name = ARGV[i]
    local refused = visit(name, i + 1)
    if refused then return refused end
    i = i + 1 + SIZE[name]
  end
end

local function version_of(kind, id)
  local stored = redis.call('HGET', K.doc .. kind, id)
  return stored and tonumber(string.match(stored, '^%d+')) or -1
end

local function refuse(name, i)
  if name ~= 'put' and name ~= 'check' then return nil end
  local kind, id, version = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local want = name == 'put' and version - 1 or version
  local stored = version_of(kind, id)
  if stored ~= want then return {'stale', kind, id, tostring(stored)} end
end

local lanes = {}

local function store_entry(id, kept, i)
  local seq = kept and kept.seq or redis.call('INCR', K.entry_seq)
  redis.call('HSET', K.entry .. id, 'state', 'pending', 'seq', seq,
    'lane', ARGV[i + 1], 'incident', ARGV[i + 2], 'prio', ARGV[i + 3], 'after', ARGV[i + 4],
    'after_until', ARGV[i + 5], 'coalesce', ARGV[i + 6], 'optional', ARGV[i + 7],
    'body', ARGV[i + 8], 'not_before', kept and kept.not_before or ARGV[i + 9],
    'attempts', kept and kept.attempts or 0, 'epoch', kept and kept.epoch or 0,
    'error', '', 'lease', '', 'begun_at', '')
  return seq
end

-- The pending entry whose place a newer one of the same lane, key and incident takes.
local function replaced(lane, incident, key)
  local old = key ~= '' and redis.call('HGET', K.coalesce .. lane, key)
  if not old then return nil end
  local e = redis.call('HMGET', K.entry .. old,
    'state', 'incident', 'seq', 'not_before', 'attempts', 'epoch', 'doubt')
  if e[1] ~= 'pending' or e[2] ~= incident or e[7] then return nil end -- in doubt: it stays itself
  dequeue(old)
  redis.call('DEL', K.entry .. old)
  return {seq = e[3], not_before = e[4], attempts = e[5], epoch = e[6]}
end

local function add_entry(i)
  local id, lane, incident, prio, key = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 6]
  if redis.call('EXISTS', K.entry .. id) == 1 then return end -- owed already
  local seq = store_entry(id, replaced(lane, incident, key), i)
  enqueue(id, lane, incident, prio, seq)
  if key ~= '' then redis.call('HSET', K.coalesce .. lane, key, id) end
  lanes[lane] = true
end

local function retry(lane, incident)
  local head = redis.call('ZRANGE', queue_of(lane, incident), 0, 0)[1]
  redis.call('ZREM', K.failing .. incident, lane)
  if not head or redis.call('HGET', K.entry .. head, 'state') ~= 'failed' then return end
  -- One is the refusal itself; whatever was tried before it may have happened.
  if tonumber(redis.call('HGET', K.entry .. head, 'attempts')) > 1 then
    redis.call('HSET', K.entry .. head, 'doubt', '1')
  end
  redis.call('HSET', K.entry .. head,
    'state', 'pending', 'attempts', 0, 'error', '', 'not_before', '')
  lanes[lane] = true
end

-- What is begun stays: its call may have left, so somebody must learn what became of it.
local function forget(lane, incident)
  for _, id in ipairs(redis.call('ZRANGE', queue_of(lane, incident), 0, -1)) do
    if redis.call('HGET', K.entry .. id, 'state') ~= 'begun' then
      dequeue(id)
      redis.call('DEL', K.entry .. id)
    end
  end
  redis.call('ZREM', K.failing .. incident, lane)
end

local DO = {
  put = function(i)
    redis.call('HSET', K.doc .. ARGV[i], ARGV[i + 1], ARGV[i + 2] .. ' ' .. ARGV[i + 3])
  end,
  check = function() end,
  mark = function(i)
    if ARGV[i + 2] == '' then
      redis.call('ZREM', K.mark .. ARGV[i], ARGV[i + 1])
    else
      redis.call('ZADD', K.mark .. ARGV[i], ARGV[i + 2], ARGV[i + 1])
    end
  end,
  ref = function(i) set_ref(ARGV[i], ARGV[i + 1], ARGV[i + 2], now) end,
  line = function(i) redis.call('RPUSH', K.timeline .. ARGV[i], ARGV[i + 1]) end,
  entry = add_entry,
  timer = function(i) wish('timer:' .. ARGV[i], ARGV[i + 1] ~= '' and ARGV[i + 1] or nil) end,
  audit = function(i) audit(ARGV[i], ARGV[i + 1], now) end,
  retry = function(i) retry(ARGV[i], ARGV[i + 1]) end,
  forget = function(i) forget(ARGV[i], ARGV[i + 1]) end,
  release = function(i) give_up(ARGV[i], ARGV[i + 1], now) end,
}

if intent ~= '' and redis.call('EXISTS', K.done .. intent) == 1 then return {'done'} end
local refused = each(refuse)
if refused then return refused end
each(function(name, i) DO[name](i) end)
for lane in pairs(lanes) do wish('lane:' .. lane, now) end
if intent ~= '' then
  redis.call('SET', K.done .. intent, '1', 'EX', done_s)
  redis.call('DEL', K.intent .. intent)
  drop('intent:' .. intent)
end
return {'ok'}
