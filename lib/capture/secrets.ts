import type { Authority } from '../config/index.ts';
import type { CryptoProvider } from '../crypto.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { OUTSIDE_WINDOW, OWN_PACKET, type Seal } from '../metadata/trailer.ts';
import type { Random } from '../random.ts';
import { SecurityPolicies } from '../security-policies.ts';
import type { SessionIdentity } from './session.ts';

/** An HMAC trailer that was found to be right. */
export interface Opened {
  /** Name of the security policy. */
  readonly policy: string;
  readonly trailerLength: number;
  /** False if it is right, but not for the time at which the packet was taken. */
  readonly isInTime: boolean;
}

/** The parts of a configuration that matter. */
export type SecretsSource = Pick<Authority, 'securities'> & {
  readonly services: readonly Pick<Authority['services'][number], 'name' | 'security'>[];
  readonly emulator: Pick<Authority['emulator'], 'hmacTimeWindow'>;
  /** Services are not known: the payload of any may be encrypted with any key. */
  readonly isOfAnyService?: boolean;
};

interface NamedSeal {
  readonly name: string;
  readonly seal: Seal;
}

/** Whose trailers nobody looks at: what a router has sent itself is no fault in a capture. */
const NOBODY = '';

/** What the configuration of a lab lets one read: the keys of its security policies. */
export class Secrets {
  /** Keys that metadata may be encrypted with. */
  readonly rings: readonly KeyRing[];
  readonly #seals: NamedSeal[];
  /** By service. */
  readonly #payloadKeys = new Map<string, readonly KeyRing[]>();
  readonly #anyKeys: readonly KeyRing[];

  /** `random` is never drawn from: nothing is encrypted here. */
  constructor(authority: SecretsSource, crypto: CryptoProvider, random: Random) {
    const policies = new SecurityPolicies(crypto, random, authority.emulator.hmacTimeWindow, NOBODY);
    this.rings = authority.securities.flatMap((security) => policies.keys(security) ?? []);
    this.#seals = authority.securities.flatMap((security) => {
      const seal = policies.seal(security);
      return seal ? [{ name: security.name, seal }] : [];
    });
    for (const { name, security } of authority.services) {
      const keys = policies.keys(authority.securities.find((policy) => policy.name === security));
      if (keys) this.#payloadKeys.set(name, [keys]);
    }
    this.#anyKeys = authority.isOfAnyService === true ? this.rings : [];
  }

  /** Whether there is a key that a trailer could be right under. */
  get canCheck(): boolean {
    return this.#seals.length > 0;
  }

  /** What the payload of a session may be encrypted with; nothing if it is not. */
  payloadKeys({ service, isEncrypted }: Pick<SessionIdentity, 'service' | 'isEncrypted'>): readonly KeyRing[] {
    return this.#payloadKeys.get(service ?? '') ?? (isEncrypted ? this.#anyKeys : []);
  }

  /** The policy under which bytes[start, end) were sealed at about that time; undefined if no trailer is right. */
  open(bytes: Uint8Array, start: number, end: number, binding: Uint8Array, nowSeconds: number): Opened | undefined {
    for (const sealed of this.#seals) {
      const { seal, name } = sealed;
      const opened = seal.open(bytes, start, end, binding, nowSeconds);
      if (opened < 0 && opened !== OUTSIDE_WINDOW && opened !== OWN_PACKET) continue;
      this.#tryFirst(sealed);
      return { policy: name, trailerLength: seal.trailerLength, isInTime: opened !== OUTSIDE_WINDOW };
    }
    return undefined;
  }

  /** Packets of one path follow each other. */
  #tryFirst(sealed: NamedSeal): void {
    const at = this.#seals.indexOf(sealed);
    this.#seals[at] = this.#seals[0];
    this.#seals[0] = sealed;
  }
}
