# httpuv: Rscript httpuv.R PORT
library(httpuv)
echo <- function(socket) {
  socket$onMessage(function(binary, message) {
    if (!binary && message == "close") socket$close(4001L, "bye") else socket$send(message)
  })
}
runServer("127.0.0.1", as.integer(commandArgs(TRUE)[1]), list(onWSOpen = echo))
