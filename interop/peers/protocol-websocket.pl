# Protocol::WebSocket over plain sockets: perl protocol-websocket.pl PORT
use strict;
use warnings;
use IO::Socket::INET;
use Protocol::WebSocket::Frame;
use Protocol::WebSocket::Handshake::Server;

$SIG{PIPE} = 'IGNORE';
my $limit  = 1 << 26;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => shift, Listen => 5, ReuseAddr => 1) or die $!;

sub put {
  my ($socket, %frame) = @_;
  my $bytes = Protocol::WebSocket::Frame->new(max_payload_size => $limit, %frame)->to_bytes;
  for (my $at = 0; $at < length $bytes;) { $at += syswrite($socket, $bytes, length($bytes) - $at, $at) // die $! }
}
while (my $socket = $server->accept) {
  my $opening = Protocol::WebSocket::Handshake::Server->new;
  my $frame = Protocol::WebSocket::Frame->new(max_payload_size => $limit, max_fragments_amount => 1000);
  eval {
    READ: while (sysread $socket, my $chunk, 65536) {
      if (!$opening->is_done) {
        $opening->parse($chunk) or die $opening->error;
        syswrite $socket, $opening->to_string if $opening->is_done;
      }
      $frame->append($chunk);
      while (defined(my $data = $frame->next_bytes)) {
        if    ($frame->is_ping)  { put($socket, type => 'pong',  buffer => $data) }
        elsif ($frame->is_close) { put($socket, type => 'close', buffer => $data); last READ }
        elsif ($data eq 'close') { put($socket, type => 'close', buffer => pack('n', 4001) . 'bye'); last READ }
        else                     { put($socket, opcode => $frame->opcode, buffer => $data) }
      }
    }
  };
  warn $@ if $@;
  close $socket;
}
