import { KEY_WORDS } from '../highway/flow-key.ts';
import { milliseconds, type Instant } from '../time.ts';

/** How long packets that are on their way over the path that a session has left are still taken (emulator choice). */
const LIFETIME = milliseconds(1_000);

/** Keys that are remembered at once; more are forgotten before their time, the oldest first. */
const KEYS_MAX = 65_536;

interface Former {
  readonly flow: number;
  readonly uuid: Uint8Array;
  readonly until: number;
}

/** Keys that flows had before they moved, so that a move loses nothing that is on its way. */
export class FormerKeys {
  /** In the order in which they were given up. */
  readonly #byKey = new Map<string, Former>();

  remember(keys: Uint32Array, at: number, flow: number, uuid: Uint8Array, now: Instant): void {
    this.#forgetOld(now);
    if (this.#byKey.size === KEYS_MAX) this.#byKey.delete(this.#byKey.keys().next().value ?? '');
    const text = textOf(keys, at);
    this.#byKey.delete(text);
    this.#byKey.set(text, { flow, uuid, until: now + LIFETIME });
  }

  /** The flow that had this key until a moment ago, and the session it belongs to; undefined if none had. */
  find(key: Uint32Array, now: Instant): Former | undefined {
    if (this.#byKey.size === 0) return undefined;
    this.#forgetOld(now);
    return this.#byKey.get(textOf(key, 0));
  }

  #forgetOld(now: Instant): void {
    for (const [text, { until }] of this.#byKey) {
      if (until > now) return;
      this.#byKey.delete(text);
    }
  }
}

const textOf = (keys: Uint32Array, at: number): string => keys.subarray(at, at + KEY_WORDS).join(' ');
