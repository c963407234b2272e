# The gem "websocket" over plain sockets: ruby websocket-gem.rb PORT
require 'socket'
require 'websocket'

WebSocket.max_frame_size = 1 << 26
server = TCPServer.new('127.0.0.1', ARGV[0].to_i)

def talk(socket)
  opening = WebSocket::Handshake::Server.new
  opening << socket.readpartial(4096) until opening.finished?
  socket.write(opening.to_s)
  put = ->(type, data, code = nil) do
    frame = WebSocket::Frame::Outgoing::Server.new(version: opening.version, type: type, data: data, code: code)
    socket.write(frame.to_s)
  end
  frames = WebSocket::Frame::Incoming::Server.new(version: opening.version)
  frames << opening.leftovers.to_s
  loop do
    while (frame = frames.next)
      case frame.type
      when :ping then put.(:pong, frame.to_s)
      when :close then return put.(:close, frame.to_s, frame.code)
      when :text, :binary
        return put.(:close, 'bye', 4001) if frame.to_s == 'close'
        put.(frame.type, frame.to_s)
      end
    end
    return warn(frames.error) if frames.error?
    frames << socket.readpartial(65_536)
  end
end

loop do
  Thread.new(server.accept) do |socket|
    talk(socket)
  rescue EOFError, SystemCallError => error
    warn error.message
  ensure
    socket.close
  end
end
