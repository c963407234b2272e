/*
 * wslay's side of receive/16B/borrowed/wslay: a server that receives a stream of masked frames, over and over.
 *
 *   receive STREAM PAYLOADS
 *
 * Reads the frames from the file STREAM. Commands on standard input, one a line:
 *   run N     receives the stream N times; prints the nanoseconds it took and the messages it delivered
 *   verify    receives it once and writes the payloads to the file PAYLOADS; prints the number of messages
 *
 * Messages are not buffered (wslay_event_config_set_no_buffering): payloads are handed over where they were unmasked,
 * which is wslay's fastest way and the counterpart of our borrowed slices.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wslay/wslay.h>

struct source {
  const uint8_t *bytes;
  size_t length;
  size_t at;
  uint64_t messages;
  uint64_t payload_bytes;
  FILE *payloads; /* NULL while timing */
};

/* The read from the socket: as in the other receivers, a copy. */
static ssize_t on_read(wslay_event_context_ptr ctx, uint8_t *target, size_t room, int flags, void *user) {
  struct source *source = user;
  size_t length = source->length - source->at;
  (void)flags;
  if (length == 0) {
    wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
    return -1;
  }
  if (length > room) length = room;
  memcpy(target, source->bytes + source->at, length);
  source->at += length;
  return (ssize_t)length;
}

static void on_payload(wslay_event_context_ptr ctx, const struct wslay_event_on_frame_recv_chunk_arg *chunk,
                       void *user) {
  struct source *source = user;
  (void)ctx;
  source->payload_bytes += chunk->data_length;
  if (source->payloads != NULL) fwrite(chunk->data, 1, chunk->data_length, source->payloads);
}

static void on_message(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *message, void *user) {
  struct source *source = user;
  (void)ctx;
  (void)message;
  source->messages++;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "wslay: %s\n", what);
  exit(1);
}

/* Receives the whole stream once. */
static void pass(wslay_event_context_ptr ctx, struct source *source) {
  source->at = 0;
  if (wslay_event_recv(ctx) != 0 || source->at != source->length) fail("the stream was refused");
}

static uint8_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes;
  if (file == NULL) fail("no such stream");
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  bytes = malloc(*length);
  if (bytes == NULL || fread(bytes, 1, *length, file) != *length) fail("cannot read the stream");
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  static const struct wslay_event_callbacks callbacks = {
      .recv_callback = on_read,
      .on_frame_recv_chunk_callback = on_payload,
      .on_msg_recv_callback = on_message,
  };
  struct source source = {0};
  wslay_event_context_ptr ctx;
  char command[64];

  if (argc != 3) fail("usage: receive STREAM PAYLOADS");
  source.bytes = read_file(argv[1], &source.length);
  if (wslay_event_context_server_init(&ctx, &callbacks, &source) != 0) fail("out of memory");
  wslay_event_config_set_no_buffering(ctx, 1);

  while (fgets(command, sizeof command, stdin) != NULL) {
    source.messages = 0;
    if (strncmp(command, "run ", 4) == 0) {
      long repetitions = atol(command + 4);
      uint64_t start = now();
      for (long i = 0; i < repetitions; i++) pass(ctx, &source);
      printf("%llu %llu\n", (unsigned long long)(now() - start), (unsigned long long)source.messages);
    } else {
      source.payloads = fopen(argv[2], "wb");
      if (source.payloads == NULL) fail("cannot write the payloads");
      pass(ctx, &source);
      fclose(source.payloads);
      source.payloads = NULL;
      printf("%llu\n", (unsigned long long)source.messages);
    }
    fflush(stdout);
  }
  wslay_event_context_free(ctx);
  return 0;
}
