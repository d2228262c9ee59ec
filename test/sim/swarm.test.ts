import { deepEqual, equal, fail, match, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { nodeCrypto as crypto } from '../../daemon/crypto.ts';
import { cipherKinds, type Cipher, type CipherKind, type Hmac } from '../../lib/crypto.ts';
import type { AttackKind } from '../../lib/attacker/attack.ts';
import { actionKinds } from '../../lib/lab/actions/table.ts';
import { attackKinds } from '../../lib/lab/read/attack-kinds.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { drawPlan } from '../../lib/lab/swarm/draw.ts';
import { judgeScenario } from '../../lib/lab/swarm/judge.ts';
import type { Plan } from '../../lib/lab/swarm/plan.ts';
import { trySeed } from '../../lib/lab/swarm/seed.ts';
import { shrink } from '../../lib/lab/swarm/shrink.ts';
import { writeScenario } from '../../lib/lab/swarm/write.ts';
import { describeMistakes } from '../support/lab-files.ts';

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('a lab that is made up', () => {
  it('is a scenario that can be read, whatever the seed', () => {
    for (const seed of seedsTo(200)) {
      const mistakes = describeMistakes(parseScenario(writeScenario(drawPlan(seed)), 'swarm.yaml', () => undefined));
      equal(mistakes, '', `seed ${seed}`);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    equal(writeScenario(drawPlan(7)), writeScenario(drawPlan(7)));
    const texts = new Set(seedsTo(200).map((seed) => writeScenario({ ...drawPlan(seed), seed: 0 })));
    equal(texts.size, 200);
  });
});

describe('labs that are made up', () => {
  /** As many labs as it takes to meet the rarest. */
  const scenarios = seedsTo(1_500).flatMap(
    (seed) => parseScenario(writeScenario(drawPlan(seed)), 'swarm.yaml', () => undefined).scenario ?? [],
  );

  it('have every fault that the timeline of a scenario can have', () => {
    const drawn = new Set(scenarios.flatMap(({ timeline }) => timeline.map(({ action }) => action.kind)));
    deepEqual(
      actionKinds.filter((kind) => !drawn.has(kind)),
      [],
    );
  });

  it('have faults that wait for an event or for a condition', () => {
    const triggers = scenarios.flatMap(({ timeline }) => timeline.flatMap(({ trigger }) => trigger ?? []));
    equal(new Set(triggers.map(({ on }) => 'event' in on)).size, 2);
  });

  it('have every attack', () => {
    const drawn = new Set(scenarios.flatMap(({ attacks }) => attacks.map(({ kind }) => kind)));
    deepEqual(
      Object.keys(attackKinds).filter((kind) => !drawn.has(kind as AttackKind)),
      [],
    );
  });
});

describe('a lab that fails', () => {
  const pushes = ({ traffic }: Plan): boolean => traffic.some(({ keys }) => keys.kind === 'udp-push');

  it('is made smaller until nothing more can be left out of it', async () => {
    const large = seedsTo(500)
      .map(drawPlan)
      .find((plan) => plan.routers.length > 3 && plan.settings.length > 2 && plan.faults.length > 1 && pushes(plan));
    ok(large);
    const isReadable = (plan: Plan): boolean =>
      parseScenario(writeScenario(plan), 'swarm.yaml', () => undefined).scenario !== undefined;
    const small = await shrink(large, async (plan) => pushes(plan) && isReadable(plan));
    deepEqual([small.traffic.length, small.faults.length, small.settings.length, small.wires.length], [1, 0, 0, 1]);
    equal(small.routers.length, 2);
  });

  it('is not mistaken for one that makes no sense', async () => {
    const plan = drawPlan(1);
    const { breach } = await judgeScenario(writeScenario({ ...plan, wires: [] }), { crypto });
    equal(breach, 'refused');
  });
});

describe('the swarm', () => {
  it('finds nothing broken in many seeds', async function () {
    this.timeout(120_000);
    const failures = [];
    for (const seed of seedsTo(SEEDS)) {
      const { breach, findings } = await judgeScenario(writeScenario(drawPlan(seed)), { crypto });
      if (breach !== undefined) failures.push(`seed ${seed}: ${breach}: ${findings[0]}`);
    }
    deepEqual(failures, []);
  });

  it('gives the same events and packets twice', async function () {
    this.timeout(60_000);
    for (const seed of [1, 2, 3]) {
      const [once, again] = [await record(seed), await record(seed)];
      ok(once[1] > 500);
      deepEqual(once, again, `seed ${seed}`);
    }
  });

  it('finds a cipher that hides nothing, and shows it in a small lab', async function () {
    this.timeout(60_000);
    const open = { ...crypto, cipher: (kind: CipherKind): Cipher => new OpenCipher(kind) };
    const isSecret = ({ settings, traffic }: Plan): boolean =>
      settings.some(({ lines }) => lines.some((line) => line.endsWith('security payload'))) && traffic.length > 2;
    const seeds = seedsTo(200).filter((seed) => isSecret(drawPlan(seed)));
    for (const seed of seeds) {
      const { failure } = await trySeed(seed, open);
      if (!failure) continue;
      equal(failure.breach, 'secrecy');
      const { scenario } = parseScenario(failure.scenario, 'seed.yaml', () => undefined);
      deepEqual([scenario?.traffic.length, scenario?.timeline.length, scenario?.nodes.length], [1, 0, 4]);
      match(failure.scenario, /^# Broken: secrecy/);
      match(failure.findings[0], /payload of t\d, which its service encrypts, can be read/);
      return;
    }
    fail('no seed has found it');
  });
  it('finds an HMAC that says the same of everything', async function () {
    this.timeout(60_000);
    const blind = {
      ...crypto,
      hmac: (...of: Parameters<typeof crypto.hmac>): Hmac => new BlindHmac(crypto.hmac(...of)),
    };
    const flips = ({ attacks }: Plan): boolean => attacks.some(({ keys }) => keys.kind === 'bit-flip');
    for (const plan of seedsTo(400).map(drawPlan).filter(flips)) {
      const { breach, findings } = await judgeScenario(writeScenario(plan), { crypto: blind });
      if (breach === 'delivery') return match(findings[0], /which no host has sent like this/);
    }
    fail('no seed has found it');
  });
});

/** Enough to meet every feature, and few enough for every test run. */
const SEEDS = 150;

/** A sum over every event and packet of a seed, and how many there were. */
async function record(seed: number): Promise<[sum: string, count: number]> {
  const hash = createHash('sha256');
  let count = 0;
  const add = (content: string | Uint8Array): void => {
    count++;
    hash.update(content);
  };
  await judgeScenario(writeScenario(drawPlan(seed)), {
    crypto,
    events: { event: (event) => add(JSON.stringify(event)) },
    capture: { packet: ({ bytes, ...about }) => [JSON.stringify(about), bytes].forEach(add) },
  });
  return [hash.digest('hex'), count];
}

/** Whatever it is shown, its digest is the same. */
class BlindHmac implements Hmac {
  readonly digestLength: number;

  constructor({ digestLength }: Hmac) {
    this.digestLength = digestLength;
  }

  digest(_binding: Uint8Array, _bytes: Uint8Array, _start: number, _end: number, out: Uint8Array, outAt: number): void {
    out.fill(7, outAt, outAt + this.digestLength);
  }
}

/** It says that it hides what it copies. */
class OpenCipher implements Cipher {
  readonly ivLength: number;

  constructor(kind: CipherKind) {
    this.ivLength = cipherKinds[kind].ivLength;
  }

  encrypt(_iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number {
    out.set(bytes.slice(start, end), outAt);
    return end - start;
  }

  decrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number {
    return this.encrypt(iv, bytes, start, end, out, outAt);
  }
}

describe('what the swarm has found', () => {
  const folder = 'test/sim/found-by-swarm';
  for (const file of readdirSync(folder))
    it(`does not come back: ${file.replace('.yaml', '')}`, async () => {
      const { breach, findings } = await judgeScenario(readFileSync(`${folder}/${file}`, 'utf8'), { crypto });
      equal(breach, undefined, findings.join('; '));
    });
});
