# em-websocket: ruby em-websocket.rb PORT
require 'em-websocket'

EM.run do
  EM::WebSocket.run(host: '127.0.0.1', port: ARGV[0].to_i) do |socket|
    socket.onmessage { |text| text == 'close' ? socket.close(4001, 'bye') : socket.send_text(text) }
    socket.onbinary { |bytes| socket.send_binary(bytes) }
    socket.onerror { |error| warn error.message }
  end
end
