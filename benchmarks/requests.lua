-- Requests for wrk, read from a file: each its length on a line, then its bytes. Prints what came of them as JSON.

local requests = {}
local number = 0
local once = false

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local length = file:read("*n")
    if not length then break end
    file:read(1)
    requests[#requests + 1] = file:read(length)
  end
  file:close()
  once = args[2] == "once"
end

function request()
  number = number + 1
  if once and number >= #requests then wrk.thread:stop() end
  return requests[(number - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answered": %d, "failed": %d, "seconds": %.6f, "p50": %.3f, "p90": %.3f, "p99": %.3f}\n',
    summary.requests, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
    latency:percentile(99) / 1e3
  ))
end
