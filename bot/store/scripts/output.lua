-- Output.append. ARGV: run, step, text, its length, room of the run, seconds to live, number.
-- Returns 1, or 0 when there is no room left and nothing was kept. Numbers grow (as text), so a piece
-- that comes again because its answer was lost, even late, adds nothing.
local run, step, text, length, room, lives, number = unpack(ARGV)
local size, steps, key = K.output_size .. run, K.output_steps .. run, K.output .. run .. ':' .. step
local last = K.output_last .. run
if (redis.call('HGET', last, step) or '') >= number then return 1 end
if tonumber(redis.call('GET', size) or '0') + tonumber(length) > tonumber(room) then return 0 end
redis.call('INCRBY', size, length)
if redis.call('EXISTS', key) == 0 then redis.call('RPUSH', steps, step) end
redis.call('RPUSH', key, text)
redis.call('HSET', last, step, number)
for _, one in ipairs({size, steps, key, last}) do redis.call('EXPIRE', one, lives) end
return 1
