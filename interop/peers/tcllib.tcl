# tcllib, with the subprotocol "echo", without which it neither serves nor connects: tclsh tcllib.tcl PORT | URL
package require websocket
set target [lindex $argv 0]

proc answer {socket kind data args} {
  if {$kind eq "text" && $data eq "close"} {
    ::websocket::close $socket 4001 bye
  } elseif {$kind in {text binary}} {
    ::websocket::send $socket $kind $data
  } elseif {$kind in {disconnect error} && ![string is integer $::target]} { exit }
}

proc accept {socket args} {
  fconfigure $socket -blocking 0 -translation crlf -buffering line
  set ::head($socket) {}
  fileevent $socket readable [list read_head $socket]
}

proc read_head socket {
  if {[gets $socket line] < 0} { if {[eof $socket]} { close $socket }; return }
  if {$line ne ""} { lappend ::head($socket) $line; return }
  fileevent $socket readable {}
  set headers {}
  foreach field [lrange $::head($socket) 1 end] {
    regexp {^([^:]+):\s*(.*)$} $field - name value
    lappend headers $name $value
  }
  if {[::websocket::test $::server $socket / $headers]} { ::websocket::upgrade $socket } else { close $socket }
}

if {[string is integer $target]} {
  set server [socket -server accept -myaddr 127.0.0.1 $target]
  ::websocket::server $server
  ::websocket::live $server / answer echo
} else {
  ::websocket::open $target answer -protocol echo
}
vwait forever
