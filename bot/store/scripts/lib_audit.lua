-- The hash chain. Lua in Redis has SHA-1 only, so the body is hashed with SHA-256 outside, and the
-- link is SHA-1 over "<previous link>:<number>:<SHA-256 of the body>". That text has a fixed form
-- and nobody chooses it freely (it is made of digests), so the known collision attacks on SHA-1,
-- which need chosen text, do not apply; whoever edits a body meets SHA-256.
local function audit(body, hash, now)
  local head = redis.call('HMGET', K.audit_head, 'seq', 'link', 'ms')
  local seq = (tonumber(head[1]) or 0) + 1
  -- Stream ids only grow; a clock that went back must not stop the bot.
  local ms = math.max(tonumber(now), tonumber(head[3]) or 0)
  local number = string.format('%.0f', seq)
  local at = string.format('%.0f', ms)
  local link = redis.sha1hex((head[2] or '') .. ':' .. number .. ':' .. hash)
  redis.call('XADD', K.audit, at .. '-' .. number, 'body', body, 'hash', hash, 'link', link)
  redis.call('HSET', K.audit_head, 'seq', number, 'link', link, 'ms', at)
end
