-- Each thread moves the progress of a task of its own, naming the version that the answer before told; the first asks.
local threads = 0
function setup(thread)
    thread:set("task", tonumber(os.getenv("BENCH_TASK")) + threads)
    threads = threads + 1
end
local version, progress = 0, 0
function request()
    if version == 0 then return wrk.format("GET", "/api/tasks/" .. task) end
    progress = (progress + 1) % 90
    local body = string.format('{"version":%d,"progress":%d}', version, progress)
    return wrk.format("PATCH", "/api/tasks/" .. task, nil, body)
end
failed = 0
function response(status, headers, body)
    if status ~= 200 and status ~= 412 then failed = failed + 1 end
    version = tonumber(string.match(body, '"version":(%d+)')) or version
end
function done(summary, latency, requests)
    io.write(string.format("p50_ms %.3f\np99_ms %.3f\n", latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
