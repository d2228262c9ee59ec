import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  bodyByte,
  downloadLength,
  downloadPath,
  fillBody,
  HEAD_LENGTH_MAX,
  HeadReader,
  readRequest,
  readResponse,
  requestHead,
  responseHead,
} from '../../../../lib/host/applications/http.ts';
import { messageKinds, readMessage, trafficId, writeMessage } from '../../../../lib/host/applications/marker.ts';
import { hex } from '../../wire/hex.ts';

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('a marked message', () => {
  const MESSAGE = hex(
    '73 76 72 4c', // 'svrL'
    '00 00 00 2a', // traffic 42
    '00 00 00 03', // sequence number 3
    '02', // an answer
    '00 00 00', // padding
    'cd d4 db', // filling: 3 * 31 + offset * 7
  );
  const marker = { traffic: 42, sequence: 3, kind: messageKinds.answer };

  it('is read and written', () => {
    deepEqual(writeMessage(marker, 19), MESSAGE);
    deepEqual(readMessage(MESSAGE), marker);
  });

  it('is at least as long as its marker', () => {
    equal(writeMessage(marker, 0).length, 16);
  });

  it('is refused if it is cut inside the marker or any of its fixed bytes is another', () => {
    for (let length = 0; length < 16; length++) equal(readMessage(MESSAGE.slice(0, length)), undefined);
    for (const at of [0, 1, 2, 3, 13, 14, 15, 16, 17, 18]) {
      const other = MESSAGE.slice();
      other[at] ^= 1;
      equal(readMessage(other), undefined, `byte ${at}`);
    }
    const other = MESSAGE.slice();
    other[12] = 9;
    equal(readMessage(other), undefined, 'kind');
  });

  it('never makes a reader throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => readMessage(bytes) === undefined));
  });

  it('gives traffic entries different numbers by their names', () => {
    equal(trafficId(''), 0x811c9dc5, 'the offset basis of FNV-1a');
    equal(trafficId('a'), 0xe40c292c);
    ok(trafficId('questions') !== trafficId('question'));
  });
});

describe('the HTTP of a download', () => {
  it('asks as RFC 9112 wants it', () => {
    const head = text(requestHead(downloadPath(3_000_000), '10.2.0.10:80'));
    equal(head, 'GET /download/3000000 HTTP/1.1\r\nHost: 10.2.0.10:80\r\nAccept: */*\r\nConnection: close\r\n\r\n');
    deepEqual(readRequest(head), { method: 'GET', path: '/download/3000000' });
    equal(downloadLength('/download/3000000'), 3_000_000);
  });

  it('answers with the length of what follows', () => {
    const head = text(responseHead(200, 3_000_000));
    ok(head.startsWith('HTTP/1.1 200 OK\r\n'));
    ok(head.endsWith('\r\n\r\n'));
    deepEqual(readResponse(head), { status: 200, bodyLength: 3_000_000 });
    deepEqual(readResponse(text(responseHead(404, 0))), { status: 404, bodyLength: 0 });
  });

  it('understands the heads of other servers, whatever case their names have', () => {
    deepEqual(readResponse('HTTP/1.0 200 Fine\r\nserver: x\r\ncontent-length:7\r\n\r\n'), {
      status: 200,
      bodyLength: 7,
    });
    equal(readResponse('HTTP/1.1 200 OK\r\n\r\n'), undefined);
    equal(readRequest('hello\r\n\r\n'), undefined);
  });

  it('knows no path but that of downloads, and none too long', () => {
    for (const path of ['/', '/download/', '/download/x', '/download/-1', '/download/9999999999', '/download/1/2'])
      equal(downloadLength(path), undefined, path);
  });

  it('finds the end of a head however it is cut, and leaves what follows', () => {
    const stream = bytes('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody');
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new HeadReader();
      const first = reader.read(stream.subarray(0, cut));
      const result = first ?? reader.read(stream.subarray(cut));
      ok(result);
      ok(result.head.endsWith('4\r\n\r\n'));
      const rest = stream.subarray((first ? 0 : cut) + result.taken);
      equal(text(rest), 'body');
    }
  });

  it('gives up a head that does not end', () => {
    const reader = new HeadReader();
    equal(reader.read(new Uint8Array(HEAD_LENGTH_MAX + 10).fill(0x61)), undefined);
    ok(reader.isTooLong);
  });

  it('has a body that is the same for both ends, wherever one begins to read it', () => {
    const whole = new Uint8Array(1_000);
    fillBody(whole, 0);
    const part = new Uint8Array(100);
    fillBody(part, 333);
    deepEqual(part, whole.slice(333, 433));
    equal(bodyByte(333), whole[333]);
    ok(new Set(whole).size > 200, 'and is not all the same');
  });
});
