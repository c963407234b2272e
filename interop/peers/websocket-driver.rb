# websocket-driver over plain sockets: ruby websocket-driver.rb PORT | URL
require 'socket'
require 'uri'
require 'websocket/driver'

class Peer
  attr_reader :url

  def initialize(socket, url = nil)
    @socket = socket
    @url = url
    @driver = WebSocket::Driver.send(url ? :client : :server, self, max_length: 1 << 26)
    @driver.on(:connect) { @driver.start } unless url
    @driver.on(:message) { |event| answer(event.data) }
    @driver.on(:close) { @socket.close }
    @driver.start if url
    loop { @driver.parse(@socket.readpartial(65_536)) }
  rescue EOFError, IOError, Errno::ECONNRESET
    nil
  end

  def answer(data)
    if data == 'close' then @driver.close('bye', 4001)
    elsif data.is_a?(String) then @driver.text(data)
    else @driver.binary(data)
    end
  end

  def write(bytes)
    @socket.write(bytes)
  end
end

target = ARGV[0]
if target =~ /^\d+$/
  server = TCPServer.new('127.0.0.1', target.to_i)
  loop { Thread.new(server.accept) { |socket| Peer.new(socket) } }
else
  uri = URI(target)
  Peer.new(TCPSocket.new(uri.host, uri.port), target)
end
