/** How bytes are cut into frames and put together again. Knows no socket and no actor. */

/** The parser of one connection: it is given bytes as they come, in pieces of any size. */
export interface Decoder<In> {
  /**
   * Takes the next bytes and gives the frames that are complete with them. When it is a generator it is asked for the next
   * frame only when the actor has room for it. It is never called again before that is exhausted.
   * @throws whatever: the connection is over, as `malformed`, or as the `problem` of a `TcpError`
   */
  push(bytes: Buffer): Iterable<In>;
  /**
   * No more bytes come. Gives what can still be given.
   * @throws as `push`, for example when they end in the middle of a frame
   */
  end?(): Iterable<In>;
}

/**
 * A format of frames, used by any number of connections.
 * @typeParam In what is received
 * @typeParam Out what can be sent
 */
export interface Framing<In, Out = In> {
  /** A new parser, for a new connection. */
  decoder(): Decoder<In>;
  /**
   * The bytes of a frame; a text is written as UTF-8.
   * @throws when it can't be a frame: that is a failure of the actor that sends it
   */
  encode(frame: Out): Uint8Array | string;
}
