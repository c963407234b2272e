/* An echo server on libwebsockets: PROGRAM PORT. Each message is kept until it is whole, then written as one frame. */
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

struct message {
	struct message *next;
	unsigned char *bytes; /* behind LWS_PRE octets that the library writes its header into */
	size_t length;
	int is_binary;
};

struct session {
	struct message *first, **last;
	unsigned char *bytes;
	size_t length, capacity;
};

static int append(struct session *session, const void *in, size_t length)
{
	size_t needed = LWS_PRE + session->length + length;
	if (needed > session->capacity) {
		size_t capacity = needed * 2;
		unsigned char *bytes = realloc(session->bytes, capacity);
		if (!bytes)
			return -1;
		session->bytes = bytes;
		session->capacity = capacity;
	}
	memcpy(session->bytes + LWS_PRE + session->length, in, length);
	session->length += length;
	return 0;
}

static int callback_echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
	struct session *session = user;
	struct message *message;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		memset(session, 0, sizeof *session);
		session->last = &session->first;
		break;
	case LWS_CALLBACK_RECEIVE:
		if (append(session, in, length))
			return -1;
		if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
			break;
		message = calloc(1, sizeof *message);
		if (!message)
			return -1;
		message->bytes = session->bytes;
		message->length = session->length;
		message->is_binary = lws_frame_is_binary(wsi);
		session->bytes = NULL;
		session->length = session->capacity = 0;
		*session->last = message;
		session->last = &message->next;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		message = session->first;
		if (!message)
			break;
		if (lws_write(wsi, message->bytes + LWS_PRE, message->length,
			      message->is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0)
			return -1;
		session->first = message->next;
		if (!session->first)
			session->last = &session->first;
		free(message->bytes);
		free(message);
		if (session->first)
			lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_CLOSED:
		while ((message = session->first)) {
			session->first = message->next;
			free(message->bytes);
			free(message);
		}
		free(session->bytes);
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ "echo", callback_echo, sizeof(struct session), 65536, 0, NULL, 0 },
	{ NULL, NULL, 0, 0, 0, NULL, 0 },
};

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate" },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	struct lws_context *context;

	if (argc != 2)
		return 2;
	memset(&info, 0, sizeof info);
	info.port = atoi(argv[1]);
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.extensions = extensions;
	/* The library checks text only if it is asked to. */
	info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
	lws_set_log_level(0, NULL);
	context = lws_create_context(&info);
	if (!context)
		return 1;
	while (lws_service(context, 0) >= 0)
		;
	lws_context_destroy(context);
	return 0;
}
