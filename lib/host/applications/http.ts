/** The little of HTTP/1.1 (RFC 9112) that a download needs, as text and bytes. */

/** A head that has not ended by then is refused. */
export const HEAD_LENGTH_MAX = 8_192;

/** The largest body a server makes up, in bytes. */
export const BODY_LENGTH_MAX = 2 ** 30;

/** Byte `offset` of every download: a formula, so that both ends know it and no file is needed. */
export const bodyByte = (offset: number): number => (Math.imul(offset >>> 2, 0x9e3779b1) >>> ((offset & 3) * 8)) & 0xff;

/** Fills `target` with the bytes of the body from `offset` on. */
export function fillBody(target: Uint8Array, offset: number): void {
  for (let i = 0; i < target.length; i++) target[i] = bodyByte(offset + i);
}

/** The path of a download of `length` bytes. */
export const downloadPath = (length: number): string => `/download/${length}`;

/** How long a body is asked for; undefined if the path is none of ours. */
export function downloadLength(path: string): number | undefined {
  const match = /^\/download\/(\d{1,10})$/.exec(path);
  const length = match ? Number(match[1]) : Infinity;
  return length <= BODY_LENGTH_MAX ? length : undefined;
}

export function requestHead(path: string, host: string): Uint8Array {
  return ascii(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\nConnection: close\r\n\r\n`);
}

const reasons = { 200: 'OK', 404: 'Not Found', 405: 'Method Not Allowed' } as const;
export type HttpStatus = keyof typeof reasons;

export function responseHead(status: HttpStatus, bodyLength: number): Uint8Array {
  const allow = status === 405 ? 'Allow: GET\r\n' : '';
  return ascii(
    `HTTP/1.1 ${status} ${reasons[status]}\r\nContent-Type: application/octet-stream\r\n` +
      `Content-Length: ${bodyLength}\r\n${allow}Connection: close\r\n\r\n`,
  );
}

/** Method and path of a request's head; undefined if its first line is malformed. */
export function readRequest(head: string): { readonly method: string; readonly path: string } | undefined {
  const match = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r\n/.exec(head);
  return match ? { method: match[1], path: match[2] } : undefined;
}

/** Status and Content-Length of a response's head; undefined if it lacks either. */
export function readResponse(head: string): { readonly status: number; readonly bodyLength: number } | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(head);
  const length = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n/i.exec(head);
  return status && length ? { status: Number(status[1]), bodyLength: Number(length[1]) } : undefined;
}

/** Collects bytes until the empty line that ends a head. */
export class HeadReader {
  #text = '';

  /** The head with its empty line, and how many of `bytes` it took; undefined as long as it has not ended. */
  read(bytes: Uint8Array): { readonly head: string; readonly taken: number } | undefined {
    for (let i = 0; i < bytes.length && !this.isTooLong; i++) {
      this.#text += String.fromCharCode(bytes[i]);
      if (bytes[i] === 0x0a && this.#text.endsWith('\r\n\r\n')) return { head: this.#text, taken: i + 1 };
    }
    return undefined;
  }

  get isTooLong(): boolean {
    return this.#text.length >= HEAD_LENGTH_MAX;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
