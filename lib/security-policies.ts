import { assert } from './assert.ts';
import type { Security } from './config/index.ts';
import type { CryptoProvider } from './crypto.ts';
import { KeyRing } from './metadata/key-ring.ts';
import { SealClock } from './metadata/seal-clock.ts';
import { Seal } from './metadata/trailer.ts';
import type { Random } from './random.ts';
import { seconds, type Duration } from './time.ts';
import { nameHash } from './name-hash.ts';

interface UsedKeys {
  readonly policy: Security;
  readonly keys: KeyRing;
}

/** The security policies that a router uses, each with its keys made ready once. */
export class SecurityPolicies {
  readonly #crypto: CryptoProvider;
  readonly #random: Random;
  readonly #windowSeconds: number;
  readonly #sender: number;
  readonly #seals = new Map<Security, Seal>();
  readonly #keys = new Map<Security, KeyRing>();
  /** Of the configuration before, by what stands in the policies: one that is as it was goes on as it is. */
  readonly #formerSeals: ReadonlyMap<string, Seal>;
  readonly #formerKeys: ReadonlyMap<string, UsedKeys>;
  /** By which everything is dated that is sealed here. */
  readonly clock: SealClock;
  /** How long the longest-lived copy of a sealed packet may be accepted. */
  copyLifetime: Duration = seconds(0);

  /** `router` is the name of the router whose policies they are; `before` are those of its last configuration. */
  constructor(crypto: CryptoProvider, random: Random, timeWindow: Duration, router: string, before?: SecurityPolicies) {
    this.clock = before?.clock ?? new SealClock();
    const [seals, keys] = before ? [before.#seals, before.#keys] : [[], []];
    this.#formerSeals = new Map(Array.from(seals, ([policy, seal]) => [contentOf(policy), seal]));
    this.#formerKeys = new Map(Array.from(keys, ([policy, ring]) => [policy.name, { policy, keys: ring }]));
    // The nodes of one router are one sender, two routers are two.
    this.#sender = nameHash(router);
    this.#crypto = crypto;
    this.#random = random;
    this.#windowSeconds = timeWindow / seconds(1);
  }

  /** What packets under this policy are sealed with; undefined if they are not. */
  seal(policy: Security | undefined): Seal | undefined {
    if (!policy || policy.hmacMode === 'disabled') return undefined;
    const known = this.#seals.get(policy);
    if (known) return known;
    assert(policy.hmacKey !== undefined, `security '${policy.name}' has an HMAC but no key`);
    const seal =
      this.#formerSeals.get(contentOf(policy)) ??
      new Seal(
        this.#crypto.hmac(policy.hmacCipher, policy.hmacKey),
        policy.hmacMode,
        this.#windowSeconds,
        this.#sender,
        this.clock,
      );
    this.#seals.set(policy, seal);
    if (seal.copyLifetime > this.copyLifetime) this.copyLifetime = seal.copyLifetime;
    return seal;
  }

  /** What is encrypted with under this policy; undefined if nothing is. */
  keys(policy: Security | undefined): KeyRing | undefined {
    if (!policy?.encrypt) return undefined;
    const known = this.#keys.get(policy);
    if (known) return known;
    const former = this.#formerKeys.get(policy.name);
    const keys = former && contentOf(former.policy) === contentOf(policy) ? former.keys : this.#newKeys(policy, former);
    this.#keys.set(policy, keys);
    return keys;
  }

  #newKeys(policy: Security, former: UsedKeys | undefined): KeyRing {
    const { encryptionCipher, encryptionKey, emulator } = policy;
    assert(encryptionKey !== undefined, `security '${policy.name}' encrypts but has no key`);
    const all = [{ securityId: emulator.securityId, encryptionKey }, ...emulator.keys];
    const ciphers = all.map(
      (key) => [key.securityId, this.#crypto.cipher(encryptionCipher, key.encryptionKey)] as const,
    );
    const keys = new KeyRing(new Map(ciphers), emulator.securityId, this.#random);
    // A rotation outlasts a configuration that says nothing new of it.
    if (former?.policy.emulator.securityId === emulator.securityId) keys.rotate(former.keys.current);
    return keys;
  }

  /** Encrypts with another of a policy's keys from now on. False if nothing here uses the policy, or it has no such key. */
  rotate(policyName: string, securityId: number): boolean {
    const used = [...this.#keys].find(([policy]) => policy.name === policyName);
    return used?.[1].rotate(securityId) ?? false;
  }
}

const contentOf = (policy: Security): string => JSON.stringify(policy);
