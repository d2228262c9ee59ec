import { deepEqual, equal } from 'node:assert/strict';
import {
  COOKIE,
  addFalsePositiveMarker,
  baseHeaderFault,
  hasCookie,
  isFalsePositiveMarker,
  stripFalsePositiveMarker,
} from '../../../lib/metadata/header.ts';
import { hex } from '../../conformance/metadata/hex.ts';

describe('the cookie', () => {
  it('is found where it stands, whole', () => {
    const packet = hex('0000 4c48dbc6ddf6670c 00');
    equal(hasCookie(packet, 2, packet.length), true);
    equal(hasCookie(packet, 2, packet.length - 2), false);
    equal(hasCookie(packet, 1, packet.length), false);
  });

  it('is not found when any of its bytes differs', () => {
    for (let i = 0; i < COOKIE.length; i++) {
      const packet = Uint8Array.from(COOKIE);
      packet[i] ^= 1;
      equal(hasCookie(packet, 0, packet.length), false, `byte ${i}`);
    }
  });
});

describe('the base header', () => {
  const faultOf = (text: string): string | undefined => {
    const packet = hex(text);
    return baseHeaderFault(packet, 0, packet.length);
  };

  it('is refused for what is wrong with it', () => {
    equal(faultOf('4c48dbc6ddf6670d 100c 0000'), 'no-cookie');
    equal(faultOf('4c48dbc6ddf667'), 'no-cookie');
    equal(faultOf('4c48dbc6ddf6670c'), 'truncated-header');
    equal(faultOf('4c48dbc6ddf6670c 100c 00'), 'truncated-header');
    equal(faultOf('4c48dbc6ddf6670c 000c 0000'), 'wrong-version');
    equal(faultOf('4c48dbc6ddf6670c 200c 0000'), 'wrong-version');
    equal(faultOf('4c48dbc6ddf6670c 100b 0000'), 'header-length');
    equal(faultOf('4c48dbc6ddf6670c 1000 0000'), 'header-length');
    equal(faultOf('4c48dbc6ddf6670c 100d 0000'), 'exceeds-packet');
    equal(faultOf('4c48dbc6ddf6670c 100c 0001'), 'exceeds-packet');
    equal(faultOf('4c48dbc6ddf6670c 1fff ffff'), 'exceeds-packet');
  });

  it('may announce 900 bytes in all and not one more', () => {
    const packet = new Uint8Array(1000);
    packet.set(hex('4c48dbc6ddf6670c 100c 0378')); // 12 and 888
    equal(baseHeaderFault(packet, 0, packet.length), undefined);
    packet.set(hex('4c48dbc6ddf6670c 100c 0379')); // 12 and 889
    equal(baseHeaderFault(packet, 0, packet.length), 'too-long');
  });
});

describe('the false-positive marker', () => {
  const payload = hex('4c48dbc6ddf6670c 2013 0401');

  it('is put before user payload that starts with the cookie, and taken off again', () => {
    const packet = new Uint8Array(32 + payload.length);
    packet.set(payload, 32);
    const at = addFalsePositiveMarker(packet, 32, packet.length);
    equal(at, 20);
    deepEqual(packet.subarray(at), hex('4c48dbc6ddf6670c 100c 0000 4c48dbc6ddf6670c 2013 0401'));
    equal(isFalsePositiveMarker(packet, at, packet.length), true);
    equal(stripFalsePositiveMarker(packet, at, packet.length), 32);
  });

  it('is not put before other payload', () => {
    const packet = new Uint8Array(40).fill(7);
    equal(addFalsePositiveMarker(packet, 32, packet.length), 32);
    deepEqual(packet, new Uint8Array(40).fill(7));
  });

  it('is not mistaken for what only resembles it', () => {
    for (const text of ['4c48dbc6ddf6670c 100c 0001 00', '4c48dbc6ddf6670c 200c 0000', '4c48dbc6ddf6670c 100c 00']) {
      const packet = hex(text);
      equal(isFalsePositiveMarker(packet, 0, packet.length), false, text);
      equal(stripFalsePositiveMarker(packet, 0, packet.length), 0, text);
    }
  });
});
