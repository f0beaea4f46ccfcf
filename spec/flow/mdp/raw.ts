/** RFC 7's frames written by hand, from its text: no line of what is tested is used. */

export const hex = (...parts: (string | number)[]): Buffer[] =>
  parts.map(part => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)));

/** What a client sends, and what it gets. */
export const clientFrames = (service: string, ...body: string[]) => hex('', 'MDPC01', service, ...body);

export const ready = (service: string) => hex('', 'MDPW01', 1, service);
export const requestTo = (client: string, ...body: string[]) => hex('', 'MDPW01', 2, client, '', ...body);
export const replyTo = (client: string, ...body: string[]) => hex('', 'MDPW01', 3, client, '', ...body);
export const heartbeat = () => hex('', 'MDPW01', 4);
export const disconnect = () => hex('', 'MDPW01', 5);

/** Frames for people: text where it is text, else hexadecimal digits. */
export const show = (frames: readonly Uint8Array[]): string[] =>
  frames.map(frame => {
    const text = Buffer.from(frame).toString();
    return /^[\x20-\x7e]*$/.test(text) ? text : `0x${Buffer.from(frame).toString('hex')}`;
  });
