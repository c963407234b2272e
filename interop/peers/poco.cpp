// POCO: poco PORT | URL. Its frames are the program's, pings and Closes too.
#include <Poco/Buffer.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/URI.h>
#include <iostream>
#include <unistd.h>
using namespace Poco::Net;

void echo(WebSocket &socket) {
  socket.setReceiveTimeout(Poco::Timespan(60, 0));
  socket.setMaxPayloadSize(1 << 26);
  for (;;) {
    Poco::Buffer<char> data(0);
    int flags = 0;
    int length = socket.receiveFrame(data, flags);
    if (length == 0 && flags == 0) return;
    int opcode = flags & WebSocket::FRAME_OP_BITMASK;
    if (opcode == WebSocket::FRAME_OP_PONG) continue;
    if (opcode == WebSocket::FRAME_OP_TEXT && std::string(data.begin(), length) == "close") {
      socket.shutdown(4001, "bye");
      continue;
    }
    if (opcode == WebSocket::FRAME_OP_PING) flags = int(WebSocket::FRAME_FLAG_FIN) | int(WebSocket::FRAME_OP_PONG);
    socket.sendFrame(data.begin(), length, flags);
    if (opcode == WebSocket::FRAME_OP_CLOSE) return;
  }
}

struct Echo : HTTPRequestHandler {
  void handleRequest(HTTPServerRequest &request, HTTPServerResponse &response) override {
    try {
      WebSocket socket(request, response);
      echo(socket);
    } catch (Poco::Exception &error) {
      std::cerr << error.displayText() << "\n";
    }
  }
};

struct Factory : HTTPRequestHandlerFactory {
  HTTPRequestHandler *createRequestHandler(const HTTPServerRequest &) override { return new Echo; }
};

int main(int, char **arguments) {
  const std::string target = arguments[1];
  if (target.compare(0, 3, "ws:") == 0) {
    Poco::URI uri(target);
    HTTPClientSession session(uri.getHost(), uri.getPort());
    HTTPRequest request(HTTPRequest::HTTP_GET, "/", HTTPRequest::HTTP_1_1);
    HTTPResponse response;
    WebSocket socket(session, request, response);
    echo(socket);
  } else {
    HTTPServer server(new Factory, ServerSocket(SocketAddress("127.0.0.1", target)), new HTTPServerParams);
    server.start();
    pause();
  }
}
