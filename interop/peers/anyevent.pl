# AnyEvent::WebSocket::Client: perl anyevent.pl URL
use strict;
use warnings;
use AnyEvent;
use AnyEvent::WebSocket::Client;

my $over = AnyEvent->condvar;
my $connection = AnyEvent::WebSocket::Client->new(max_payload_size => 1 << 26)->connect(shift)->recv;
$connection->on(finish => sub { $over->send });
$connection->on(each_message => sub {
  my ($c, $message) = @_;
  $message->is_text && $message->body eq 'close' ? $c->close(4001, 'bye') : $c->send($message);
});
$over->recv;
