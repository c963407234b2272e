// libwebsockets, without compression: libwebsockets PORT | URL
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pending {
  unsigned char *bytes; // LWS_PRE bytes of room, then the message
  size_t length;
  int binary, whole;
};
static int over, client;

static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length) {
  struct pending *p = user;
  switch (reason) {
  case LWS_CALLBACK_CLIENT_RECEIVE:
  case LWS_CALLBACK_RECEIVE:
    if (lws_is_first_fragment(wsi)) p->length = 0;
    p->bytes = realloc(p->bytes, LWS_PRE + p->length + length + 1);
    memcpy(p->bytes + LWS_PRE + p->length, in, length);
    p->length += length;
    p->binary = lws_frame_is_binary(wsi);
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) > 0) break;
    if (p->length == 5 && memcmp(p->bytes + LWS_PRE, "close", 5) == 0) {
      lws_close_reason(wsi, 4001, (unsigned char *)"bye", 3);
      return -1;
    }
    p->whole = 1;
    lws_callback_on_writable(wsi);
    break;
  case LWS_CALLBACK_CLIENT_WRITEABLE:
  case LWS_CALLBACK_SERVER_WRITEABLE:
    if (!p->whole) break;
    p->whole = 0;
    lws_write(wsi, p->bytes + LWS_PRE, p->length, p->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
    break;
  case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
  case LWS_CALLBACK_CLIENT_CLOSED:
    over = 1;
    break;
  default:
    break;
  }
  return 0;
}

static const struct lws_protocols protocols[] = {{"http", echo, sizeof(struct pending), 65536}, {0}};
int main(int count, char **arguments) {
  struct lws_context_creation_info info = {0};
  char *port = strrchr(arguments[1], ':');
  client = port != NULL;
  info.port = client ? CONTEXT_PORT_NO_LISTEN : atoi(arguments[1]);
  info.iface = client ? NULL : "127.0.0.1";
  info.protocols = protocols;
  lws_set_log_level(LLL_ERR, NULL);
  struct lws_context *context = lws_create_context(&info);
  if (client) {
    struct lws_client_connect_info to = {.context = context, .address = "127.0.0.1", .port = atoi(port + 1)};
    to.path = "/";
    to.host = to.origin = to.address;
    lws_client_connect_via_info(&to);
  }
  while (!over && lws_service(context, 0) >= 0) {}
  lws_context_destroy(context);
}
