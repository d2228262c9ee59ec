import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { nodeCrypto } from '../../daemon/crypto.ts';
import type { AttackKind } from '../../lib/attacker/attack.ts';
import type { Dissection } from '../../lib/capture/dissection.ts';
import { formatAddress } from '../../lib/capture/fields/format.ts';
import { Secrets } from '../../lib/capture/secrets.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { SeededRandom } from '../../lib/random.ts';
import { dissectAll } from '../support/captures.ts';
import { loadScenario } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

const folder = 'scenarios';
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Attacks whose packets are not what anybody sent. */
const spoils: ReadonlySet<AttackKind> = new Set(['bit-flip', 'flood', 'forge', 'spoof']);

/** What routers have told of which packet is of which session. */
function toldSessions(events: readonly LabEvent[]): Map<number, string> {
  const told = new Map<number, string>();
  for (const { packet, session } of events)
    if (packet !== undefined && session !== undefined) told.set(packet, session);
  return told;
}

interface Seen {
  readonly id: number;
  readonly at: string;
  readonly isHost: boolean;
  /** The two ends, whichever way it goes; undefined without ports. */
  readonly ends: string | undefined;
  readonly session: string | undefined;
  readonly isBfd: boolean;
}

function endsOf({ layers }: Dissection): string | undefined {
  const { bytes, sourceAt, destinationAt, addressLength, sourcePort, destinationPort, protocol } = layers;
  if (layers.family === 0 || sourcePort < 0) return undefined;
  const end = (at: number, port: number): string => `${formatAddress(bytes.subarray(at, at + addressLength))} ${port}`;
  return [end(sourceAt, sourcePort), end(destinationAt, destinationPort)].sort().join(' - ') + ` ${protocol}`;
}

describe('the captures of the scenarios', () => {
  for (const file of files)
    it(`of ${file} read without a malformed packet, and every packet is of the session that it is of`, async function () {
      this.timeout(60_000);
      const scenario = loadScenario(`${folder}/${file}`);
      const { capture, events } = await recordRun(scenario, 1);
      const hosts = new Set(scenario.nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name));
      const seen: Seen[] = [];
      const malformed: { readonly id: number; readonly reason: string }[] = [];
      const known = { secrets: new Secrets(scenario.authority, nodeCrypto, new SeededRandom(0)) };
      const { problem } = dissectAll(
        capture,
        (packet) => {
          const { frame } = packet;
          if (packet.malformed) malformed.push({ id: frame.id, reason: packet.malformed.reason });
          seen.push({
            id: frame.id,
            at: frame.at.name,
            isHost: hosts.has(frame.at.node),
            ends: endsOf(packet),
            session: packet.session?.uuid,
            isBfd: packet.bfdAt >= 0,
          });
        },
        known,
      );
      equal(problem, undefined);
      // What somebody has forged or spoilt on the way may be anything.
      const spoilers = new Set(scenario.attacks.filter(({ kind }) => spoils.has(kind)).map(({ by }) => by));
      const spoilt = new Set(seen.filter(({ at }) => spoilers.has(at.split(':')[0])).map(({ id }) => id));
      deepEqual(
        malformed.filter(({ id }) => !spoilt.has(id)),
        [],
      );
      const told = toldSessions(events);
      ok(told.size > 0 || scenario.name.startsWith('port-scan'));
      // What hosts send between the same ends is of the session that routers have told of for any of it, if there was but one.
      const byEnds = new Map<string, Set<string>>();
      for (const { id, ends, isHost } of seen) {
        const session = told.get(id);
        if (!isHost || ends === undefined || session === undefined) continue;
        byEnds.set(ends, (byEnds.get(ends) ?? new Set()).add(session));
      }
      // A packet of BFD may be what moves a session, and is not of it.
      const truth = new Map(told);
      for (const { id, isBfd } of seen) if (isBfd) truth.delete(id);
      for (const { id, ends, isHost } of seen) {
        const sessions = isHost && ends !== undefined ? byEnds.get(ends) : undefined;
        if (sessions?.size === 1 && !truth.has(id)) truth.set(id, [...sessions][0]);
      }
      const wrong = seen.filter(
        ({ id, ends, session }) => ends !== undefined && truth.has(id) && truth.get(id) !== session && !spoilt.has(id),
      );
      deepEqual(
        wrong.slice(0, 10).map(({ id, at, session }) => `#${id} at ${at}: ${session}, but it is ${truth.get(id)}`),
        [],
      );
      // What is said to be of a session, and nobody told of, is of one that somebody told of.
      const all = new Set(told.values());
      deepEqual(
        seen.filter(({ id, session }) => session !== undefined && !all.has(session) && !spoilt.has(id)),
        [],
      );
    });
});
