import { createHash, timingSafeEqual } from 'node:crypto';
import { LabError } from '../../lib/lab/fabric.ts';

/** A place on TCP. Whoever asks there must show the token. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

/** A token that is shorter could be guessed. */
const TOKEN_LENGTH_MIN = 16;

/** The environment variable that a token comes by: there, other people on the machine do not see it. */
export const TOKEN_VARIABLE = 'SVRLAB_API_TOKEN';

/** Reads `host:port`, and checks the token; a LabError says what is wrong with either. */
export function readTcpPlace(text: string, token: string | undefined): TcpPlace {
  const found = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  if (!found || Number(found[3]) > 65_535)
    throw new LabError(`'${text}' is no place to listen at; it must be such as 127.0.0.1:8080 or [::1]:8080`, 2);
  if (token === undefined || token.length < TOKEN_LENGTH_MIN)
    throw new LabError(`to listen on TCP, put a token of ${TOKEN_LENGTH_MIN} letters or more in ${TOKEN_VARIABLE}`, 2);
  return { host: found[1] ?? found[2], port: Number(found[3]), token };
}

/** Tells of the header `authorization` whether it has the token, in a time that tells nothing of it. */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => timingSafeEqual(digest(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? ''), expected);
}

/** Of equal length, whatever it is of. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
