-- lua-http: lua lua-http.lua PORT | URL
local http_server = require "http.server"
local http_headers = require "http.headers"
local websocket = require "http.websocket"
local target = arg[1]

local function echo(socket)
  while true do
    local data, kind = socket:receive()
    if not data then break end
    if data == "close" then socket:close(4001, "bye") break end
    if not socket:send(data, kind) then break end
  end
  socket:close()
end

if target:match "^%d+$" then
  local server = assert(http_server.listen {
    host = "127.0.0.1",
    port = tonumber(target),
    onstream = function(_, stream)
      local socket = websocket.new_from_stream(stream, assert(stream:get_headers()))
      if not socket then
        local headers = http_headers.new()
        headers:append(":status", "400")
        return stream:write_headers(headers, true)
      end
      assert(socket:accept())
      echo(socket)
    end,
    onerror = function(_, _, operation, message) io.stderr:write(operation, " ", tostring(message), "\n") end,
  })
  assert(server:listen())
  assert(server:loop())
else
  local socket = websocket.new_from_uri(target)
  assert(socket:connect())
  echo(socket)
end
