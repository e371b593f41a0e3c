-- Lanes. A lane is a sorted set of who is next: "i<incident>" stands for the first entry of that
-- incident's queue, "e<entry>" for an entry that belongs to no incident. Score: priority, then place.
-- An entry is a hash: body (JSON, opaque), lane, incident, prio, seq, state, epoch, attempts,
-- lease, begun_at, not_before, after, after_until, coalesce, optional, error, doubt ('1': an attempt
-- of which nobody knows the end). Times in ms, '' is none.

local PLACES = 1125899906842624 -- 2^50 places for each priority: exact in a double

local function queue_of(lane, incident) return K.queue .. incident .. ':' .. lane end

local function place(lane, member, prio, seq)
  local score = tonumber(prio) * PLACES + tonumber(seq)
  redis.call('ZADD', K.lane .. lane, string.format('%.0f', score), member)
end

-- Let the first entry of an incident stand in its lane.
local function rehead(lane, incident)
  local head = redis.call('ZRANGE', queue_of(lane, incident), 0, 0)[1]
  if not head then
    redis.call('ZREM', K.lane .. lane, 'i' .. incident)
    return
  end
  local at = redis.call('HMGET', K.entry .. head, 'prio', 'seq')
  place(lane, 'i' .. incident, at[1], at[2])
end

-- Put a stored entry into its line.
local function enqueue(id, lane, incident, prio, seq)
  if incident == '' then
    place(lane, 'e' .. id, prio, seq)
  else
    redis.call('ZADD', queue_of(lane, incident), seq, id)
    rehead(lane, incident)
  end
end

-- Take an entry out of its line; its hash stays.
local function dequeue(id)
  local e = redis.call('HMGET', K.entry .. id, 'lane', 'incident', 'coalesce')
  local lane, incident = e[1], e[2]
  if incident == '' then
    redis.call('ZREM', K.lane .. lane, 'e' .. id)
  else
    redis.call('ZREM', queue_of(lane, incident), id)
    rehead(lane, incident)
  end
  if e[3] ~= '' and redis.call('HGET', K.coalesce .. lane, e[3]) == id then
    redis.call('HDEL', K.coalesce .. lane, e[3])
  end
  if redis.call('HGET', K.begun, lane) == id then redis.call('HDEL', K.begun, lane) end
end

-- How an entry of an incident waits for the references that `after` names: nil not at all, 'gone'
-- when one that is missing was given up, else 'coming'.
local function awaited(incident, after)
  local answer = nil
  for name in string.gmatch(after, '%S+') do
    if redis.call('HEXISTS', K.refs .. incident, name) == 0 then
      if redis.call('SISMEMBER', K.given_up .. incident, name) == 1 then return 'gone' end
      answer = 'coming'
    end
  end
  return answer
end

-- When an entry may go (ms, 0 for at once); nil while only an event can free it.
local function goes_at(id)
  local e = redis.call('HMGET', K.entry .. id,
    'state', 'lease', 'not_before', 'incident', 'after', 'after_until', 'lane')
  if e[1] == 'failed' then return nil end
  if e[1] == 'begun' then return tonumber(e[2]) end
  local at = tonumber(e[3]) or 0
  local waits = e[4] ~= '' and e[5] ~= '' and awaited(e[4], e[5])
  if waits then
    redis.call('SADD', K.waiting .. e[4], e[7])
    if e[6] == '' then return nil end
    if waits == 'coming' then at = math.max(at, tonumber(e[6])) end
  end
  return at
end

-- The entry of a lane that may go now and 0, or nil and when to look again (nil: nothing waits).
local function next_of(lane, now)
  local begun = redis.call('HGET', K.begun, lane)
  if begun then
    local lease = tonumber(redis.call('HGET', K.entry .. begun, 'lease'))
    if lease and lease > now then return nil, lease end
  end
  local soonest = nil
  for _, member in ipairs(redis.call('ZRANGE', K.lane .. lane, 0, -1)) do
    local id = string.sub(member, 2)
    if string.sub(member, 1, 1) == 'i' then
      id = redis.call('ZRANGE', queue_of(lane, id), 0, 0)[1]
    end
    local at = goes_at(id)
    if at and at <= now then return id, 0 end
    if at and (not soonest or at < soonest) then soonest = at end
  end
  return nil, soonest
end

-- Make the lane's work item say what the lane says.
local function wish_lane(lane, now)
  local id, at = next_of(lane, tonumber(now))
  if id then at = tonumber(now) end
  wish('lane:' .. lane, at and string.format('%.0f', at))
end

-- Whether a deliverer still holds the entry: it is begun, and nobody began it after them.
local function holds(id, epoch)
  local e = redis.call('HMGET', K.entry .. id, 'state', 'epoch')
  return e[1] == 'begun' and e[2] == epoch
end

-- Let the lanes that wait for a reference of an incident look again.
local function wake_waiting(incident, now)
  for _, lane in ipairs(redis.call('SMEMBERS', K.waiting .. incident)) do
    wish('lane:' .. lane, now)
  end
  redis.call('DEL', K.waiting .. incident)
end

-- Give up a reference of an incident until it is set after all: what waits for it for a time only
-- goes without it, what cannot go without it waits on.
local function give_up(incident, name, now)
  if redis.call('HEXISTS', K.refs .. incident, name) == 1 then return end
  redis.call('SADD', K.given_up .. incident, name)
  wake_waiting(incident, now)
end

-- Set a reference of an incident ('' removes it) and wake the lanes that wait for one.
local function set_ref(incident, name, value, now)
  local refs = K.refs .. incident
  if name == 'channel' then
    local old = redis.call('HGET', refs, name)
    if old then redis.call('HDEL', K.channels, old) end
    if value ~= '' then redis.call('HSET', K.channels, value, incident) end
  end
  if value == '' then
    redis.call('HDEL', refs, name)
    return
  end
  redis.call('HSET', refs, name, value)
  redis.call('SREM', K.given_up .. incident, name)
  wake_waiting(incident, now)
end
