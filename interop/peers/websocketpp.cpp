// WebSocket++ on Asio: websocketpp PORT | URL
#include <iostream>
#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>

template <typename Base> struct Deflating : Base {
  struct permessage_deflate_config {};
  using permessage_deflate_type = websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
  static const size_t max_message_size = 1 << 26;
};

template <typename Endpoint> void prepare(Endpoint &endpoint) {
  endpoint.clear_access_channels(websocketpp::log::alevel::all);
  endpoint.init_asio();
  endpoint.set_message_handler([&](websocketpp::connection_hdl to, typename Endpoint::message_ptr message) {
    if (message->get_payload() == "close") endpoint.close(to, 4001, "bye");
    else endpoint.send(to, message->get_payload(), message->get_opcode());
  });
}

int main(int, char **arguments) {
  const std::string target = arguments[1];
  if (target.compare(0, 3, "ws:") == 0) {
    websocketpp::client<Deflating<websocketpp::config::asio_client>> client;
    prepare(client);
    websocketpp::lib::error_code error;
    client.connect(client.get_connection(target, error));
    client.run();
  } else {
    websocketpp::server<Deflating<websocketpp::config::asio>> server;
    prepare(server);
    server.set_reuse_addr(true);
    server.listen(websocketpp::lib::asio::ip::tcp::v4(), std::stoi(target));
    server.start_accept();
    server.run();
  }
}
