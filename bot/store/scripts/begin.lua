-- Due.begin. ARGV: item. Returns the number of this run, or '' when the item is not handed over.
local item = ARGV[1]
if not redis.call('ZSCORE', K.held, item) then return '' end
local run = string.format('%.0f', redis.call('INCR', K.run_seq))
redis.call('HSET', K.runs, item, run)
return run
