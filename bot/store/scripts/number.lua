-- Memory.number. ARGV: sequence, intent, seconds to remember. Returns the number of this intent.
local sequence, intent, seconds = unpack(ARGV)
local given = K.numbered .. sequence .. ':' .. intent
local number = redis.call('GET', given)
if not number then
  number = redis.call('INCR', K.sequence .. sequence)
  redis.call('SET', given, number, 'EX', seconds)
end
return tostring(number)
