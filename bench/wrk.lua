-- Repeats the request in a file with the next serial number each time, like requests.ts.

local parts, sent, distinct, width = {}, 0, 1, 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local text = file:read('*a')
  file:close()
  distinct, width = tonumber(args[2]), #args[3]
  local from = 1
  local first, last = text:find(args[3], from, true)
  while first do
    parts[#parts + 1] = text:sub(from, first - 1)
    from = last + 1
    first, last = text:find(args[3], from, true)
  end
  parts[#parts + 1] = text:sub(from)
end

function request()
  local number = string.format('%0' .. width .. 'd', sent % distinct)
  sent = sent + 1
  return table.concat(parts, number)
end

function done(summary)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\n%d %d %d %d\n', summary.requests, summary.duration, errors.status, lost))
end
