# Mojolicious, compression on: perl mojolicious.pl PORT | URL
use Mojo::Base -strict;
use Mojo::IOLoop;
use Mojo::UserAgent;
use Mojolicious::Lite;

my $target = shift;

sub echo {
  my $tx = shift;
  $tx->max_websocket_size(1 << 26);
  $tx->on(text   => sub { my ($t, $data) = @_; $data eq 'close' ? $t->finish(4001, 'bye') : $t->send({text => $data}) });
  $tx->on(binary => sub { my ($t, $data) = @_; $t->send({binary => $data}) });
}
if ($target =~ /^\d+$/) {
  websocket '/' => sub { my $c = shift; $c->tx->with_compression; echo($c->tx); $c->rendered(101) };
  app->log->level('fatal');
  app->start('daemon', '-i', 120, '-l', "http://127.0.0.1:$target");
} else {
  my $ua = Mojo::UserAgent->new;
  $ua->websocket($target => {'Sec-WebSocket-Extensions' => 'permessage-deflate'} => sub {
    my (undef, $tx) = @_;
    die 'no connection' unless $tx->is_websocket;
    # The answer to a Close leaves behind this event.
    $tx->on(finish => sub { Mojo::IOLoop->timer(1 => sub { Mojo::IOLoop->stop }) });
    echo($tx);
  });
  Mojo::IOLoop->start;
}
