import { parsePrefix, type IpPrefix } from '../../address.ts';
import {
  forgeryKinds,
  messageKinds,
  packetKinds,
  sides,
  trailerKinds,
  type Attack,
  type AttackKind,
  type ForgeryKind,
  type MessageKind,
} from '../../attacker/attack.ts';
import { WAYPOINT_FIRST } from '../../service-area/waypoints.ts';
import type { Value } from './document.ts';
import * as forms from './forms.ts';

/** A key that attacks of some kind have: what it may hold, and what stands for it if it is absent. */
export interface AttackKey<T> {
  readonly form: forms.Form<unknown>;
  readonly isList: boolean;
  readonly help: string;
  /** Undefined for a key that is needed. */
  readonly absent: { readonly value: T; readonly says: string } | undefined;
  readonly read: (value: Value) => T;
}

/** What a kind of attack has of its own; `target` and `like` are read apart, because they are looked up in the lab. */
type Own<K extends AttackKind> = Omit<
  Extract<Attack, { kind: K }>,
  'name' | 'by' | 'kind' | 'start' | 'every' | 'count' | 'target' | 'like'
>;

export interface AttackRow<K extends AttackKind> {
  readonly place: 'off the path' | 'on the path';
  readonly does: string;
  /** What stops it in a router, with the counters that tell. */
  readonly stoppedBy: string;
  readonly keys: { readonly [Name in keyof Own<K>]-?: AttackKey<Own<K>[Name]> };
}

const key = <T>(form: forms.Form<T>, help: string, absent?: AttackKey<T>['absent']): AttackKey<T> => ({
  form,
  isList: false,
  help,
  absent,
  read: (value) => value.read(form) ?? form.neutral,
});

const unless = <T>(value: T, says = String(value)): AttackKey<T>['absent'] => ({ value, says });

function words<W extends string>(
  what: string,
  all: readonly W[],
  help: string,
  absent: readonly W[] = all,
): AttackKey<readonly W[]> {
  const form = forms.oneOf(what, all);
  return {
    form,
    isList: true,
    help: `${help}: ${all.map((word) => `\`${word}\``).join(', ')}`,
    absent: unless(absent, absent === all ? 'all' : absent.join(', ')),
    read(value) {
      const items = value.items().map((item) => item.read(form) ?? form.neutral);
      if (items.length === 0) value.wrong(`here must be ${what}, or several`);
      return items;
    },
  };
}

const prefix: forms.Form<IpPrefix> = {
  describes: 'a prefix such as 10.9.0.0/16',
  neutral: { address: forms.address.neutral, length: 0 },
  read: parsePrefix,
};

const flippedBits: forms.Form<number> = {
  describes: "'each', or a number of random bits from 1 to 64",
  neutral: 0,
  read: (text) => (text === 'each' ? 0 : forms.wholeNumber(1, 64).read(text)),
};

/** What a stranger says who knows no session, and what describes one. */
const messages: readonly MessageKind[] = ['bare', 'health-check', 'enable-metadata', 'bfd'];
const descriptions: readonly ForgeryKind[] = ['first-packet', 'reverse-metadata', 'keep-alive', 'health-check'];

const firstWaypoints = [WAYPOINT_FIRST, WAYPOINT_FIRST + 7] as const;

const described = {
  tenant: key(forms.name, 'the tenant that the metadata names'),
  service: key(forms.name, 'the service that the metadata names'),
  hmac: key(
    forms.oneOf("'none' or 'wrong'", trailerKinds),
    'how a packet ends: `none` as without an HMAC, `wrong` in a trailer with the right time and a random digest',
    unless<(typeof trailerKinds)[number]>('wrong'),
  ),
};

const passing = {
  packets: words('a kind of packet', packetKinds, 'which of the packets that pass'),
  towards: key(
    forms.oneOf("'inside', 'outside' or 'both'", sides),
    'to which side they travel',
    unless<(typeof sides)[number]>('both'),
  ),
};

/**
 * Every kind of attack, with the keys of its own: what the reader takes, and what docs/scenarios.md tells. `target`,
 * `like` and the keys that all have are read beside it.
 */
export const attackKinds: { readonly [K in AttackKind]: AttackRow<K> } = {
  'port-scan': {
    place: 'off the path',
    does: 'sends a packet to each of some ports, from its own address',
    stoppedBy: 'inactivity-based detection keeps silent (`unknown-waypoint silent`)',
    keys: { ports: key(forms.portRange, 'one after the other, and again from the first') },
  },
  spoof: {
    place: 'off the path',
    does: 'sends in the name of a peer: from its address, with every pair of a range of waypoint ports',
    stoppedBy: 'the HMAC (`cannot-find-digest`, `digest-compare`, BFD: `refused unauthentic`)',
    keys: {
      as: key(forms.address, 'the address that the packets come from'),
      ports: key(
        forms.portRange,
        'where both ports are taken from',
        unless(firstWaypoints, `\`${firstWaypoints.join('..')}\``),
      ),
      packets: words('a packet that can be made up', messageKinds, 'what they are, in turn', messages),
    },
  },
  flood: {
    place: 'off the path',
    does: 'sends first packets, each of another session and from another address',
    stoppedBy: 'the HMAC, which is looked at before any table (`digest-compare`)',
    keys: { sources: key(prefix, 'where their addresses are taken from'), ...described },
  },
  forge: {
    place: 'off the path',
    does: 'sends well-formed metadata of sessions that are not',
    stoppedBy: "the HMAC (`digest-compare`); without one only an address that is no peer's (`unknown-waypoint silent`)",
    keys: {
      as: key<Own<'forge'>['as']>(
        forms.address,
        'the address that the packets come from',
        unless(undefined, 'its own'),
      ),
      ...described,
      packets: words('a packet that can be made up', forgeryKinds, 'what they are, in turn', descriptions),
    },
  },
  replay: {
    place: 'on the path',
    does: 'sends packets that have passed once more, each of them once',
    stoppedBy:
      'sequence numbers, remembered digests and the sender in the trailer (`hmac replayed`); the time there (`outside-time-window`)',
    keys: {
      ...passing,
      age: key(forms.duration, 'how long ago they passed, at least', unless(forms.duration.neutral, '0s')),
      turned: key(
        forms.yesOrNo,
        'back to where they came from, with addresses and ports exchanged',
        unless(false, 'no'),
      ),
      port: key(forms.port, 'to this waypoint in place of their own', unless(0, 'their own')),
    },
  },
  'bit-flip': {
    place: 'on the path',
    does: 'sends, before a packet passes, a copy of it with changed bits in the UDP payload and a right checksum',
    stoppedBy: 'the HMAC (`digest-compare`)',
    keys: {
      ...passing,
      bits: key(flippedBits, '`each`: in each packet the next one; or so many random ones', unless(0, '`each`')),
      replace: key(forms.yesOrNo, 'the packet itself does not pass', unless(false, 'no')),
    },
  },
  look: {
    place: 'on the path',
    does: 'looks at packets, and changes nothing',
    stoppedBy: 'nothing: it cannot be noticed. Encryption hides payload and metadata',
    keys: passing,
  },
};
