// Boost.Beast: beast PORT | URL
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <iostream>
#include <regex>
#include <thread>
namespace beast = boost::beast;
namespace ws = beast::websocket;
using tcp = boost::asio::ip::tcp;
using Socket = ws::stream<tcp::socket>;

void prepare(Socket &socket) {
  ws::permessage_deflate deflate;
  deflate.client_enable = deflate.server_enable = true;
  socket.set_option(deflate);
  socket.read_message_max(1 << 26);
}

void echo(Socket &socket) {
  beast::error_code error;
  for (;;) {
    beast::flat_buffer data;
    if (socket.read(data, error); error) return;
    socket.binary(socket.got_binary());
    if (beast::buffers_to_string(data.data()) == "close") {
      socket.close({ws::close_code(4001), "bye"}, error);
      return;
    }
    if (socket.write(data.data(), error); error) return;
  }
}

int main(int, char **arguments) {
  boost::asio::io_context context;
  const std::string target = arguments[1];
  std::smatch port;
  if (std::regex_search(target, port, std::regex("^ws:.*:(\\d+)"))) {
    Socket socket(context);
    socket.next_layer().connect({boost::asio::ip::make_address("127.0.0.1"), (unsigned short)std::stoi(port[1])});
    prepare(socket);
    socket.handshake("127.0.0.1:" + port[1].str(), "/");
    echo(socket);
    return 0;
  }
  tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), (unsigned short)std::stoi(target)});
  for (;;)
    std::thread([connected = acceptor.accept()]() mutable {
      Socket socket(std::move(connected));
      prepare(socket);
      beast::error_code error;
      if (socket.accept(error); !error) echo(socket);
    }).detach();
}
