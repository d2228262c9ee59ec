import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dropReason } from '../../lib/capture/comments.ts';
import { arrowsOf, linesOf, type LadderLine } from '../../lib/capture/ladder/lines.ts';
import type { Ladder, LadderHop, LadderRow } from '../../lib/capture/ladder/model.ts';
import { noteText } from '../../lib/capture/ladder/note-words.ts';
import { ladderSvg } from '../../cli/read/ladder/svg.ts';
import { formatLadder } from '../../cli/read/ladder/text.ts';
import { unpainted } from '../../cli/terminal.ts';
import { withLateNotes } from '../support/captures.ts';
import { loadScenario } from '../support/lab-files.ts';
import { laddersOf } from '../support/ladders.ts';
import { xmlFault } from '../support/xml.ts';

const names = readdirSync('scenarios')
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

const isHop = (row: LadderRow): row is LadderHop => row.is === 'hop';

/** A line in words: time in milliseconds, columns, what it is. */
function tell({ columns }: Ladder, line: LadderLine): string {
  const time = `${Math.round(line.time / 1000)}`;
  switch (line.is) {
    case 'packet':
      return `${time} ${arrowsOf(line)
        .map((arrow) => {
          const [first, last] = [arrow[0], arrow[arrow.length - 1]];
          const end = last.dropped ? ` dropped by ${last.dropped.by}: ${last.dropped.reason}` : '';
          return `${columns[first.from]}-${columns[last.to]} ${first.label || first.kind}${end}`;
        })
        .join(', ')}`;
    case 'note':
      return `${time} ${columns[line.column]}: ${noteText(line)}`;
    case 'mark':
      return `${time} == ${line.what}`;
    case 'silence':
      return `${time} silence of ${Math.round(line.duration / 1000)}`;
    case 'folded':
      if (line.dropped) return `${time} ${line.forward + line.reverse} lost like it`;
      return `${time} ${line.forward} forward and ${line.reverse} back like these`;
  }
}

const widths = [60, 80, 120, 200];

/** Draws a ladder in every way: no line is too long, every drop is there, and the picture is well-formed. */
function drawn(ladder: Ladder, drops: number): void {
  for (const width of widths) {
    const text = formatLadder(ladder, { width, isUnicode: width > 80, paint: unpainted, all: false });
    deepEqual(
      text.split('\n').filter((line) => line.length > width),
      [],
    );
  }
  const text = formatLadder(ladder, { width: 80, isUnicode: true, paint: unpainted, all: true });
  equal(text.split('✗').length - 1, drops);
  const svg = ladderSvg(ladder, { all: true });
  equal(xmlFault(svg), undefined);
  equal(svg.split(' lost">').length - 1, drops);
}

describe('ladders', () => {
  for (const name of names)
    it(`of ${name} have every packet's every hop between columns in the order of the path, and every drop`, async function () {
      this.timeout(60_000);
      const drops = new Map<string, number>();
      const isReplayed = loadScenario(`scenarios/${name}.yaml`).attacks.some(({ kind }) => kind === 'replay');
      const ladders = await laddersOf(name, ({ session, frame }) => {
        const isDropped = session !== undefined && dropReason(frame.comments()) !== undefined;
        if (isDropped) drops.set(session.uuid, (drops.get(session.uuid) ?? 0) + 1);
      });
      for (const ladder of ladders) {
        const hops = ladder.rows.filter(isHop);
        ok(ladder.columns.length >= 2);
        equal(ladder.omitted, 0);
        deepEqual(
          ladder.rows.filter(({ time }, i) => i > 0 && time < ladder.rows[i - 1].time),
          [],
          'rows are in order of time',
        );
        // What a replayer sends goes wherever it pleases.
        const orderly = isReplayed ? [] : hops;
        const wrong = orderly.filter(({ direction, from, to }) => (direction === 'forward' ? to <= from : from <= to));
        deepEqual(wrong.slice(0, 3), [], 'forward packets go from the left to the right, others back');
        equal(hops.filter(({ dropped }) => dropped).length, drops.get(ladder.session.uuid) ?? 0);
        for (const all of [true, false]) {
          const lines = linesOf(ladder, { all });
          const shownHops = lines.flatMap((line) => (line.is === 'packet' ? line.hops : []));
          const left = lines.map((line) => (line.is === 'folded' && line.dropped ? line.forward + line.reverse : 0));
          const shown = shownHops.filter(({ dropped }) => dropped).length + left.reduce((sum, count) => sum + count, 0);
          equal(shown, drops.get(ladder.session.uuid) ?? 0);
          if (all) equal(shownHops.length, hops.length);
        }
        drawn(ladder, drops.get(ladder.session.uuid) ?? 0);
      }
    });

  it('tell how a session was lost and came back', async () => {
    const [ladder] = await laddersOf('session-recovery');
    deepEqual(ladder.columns, ['client', 'spoke', 'hub', 'server']);
    deepEqual(
      linesOf(ladder, { all: false }).map((line) => tell(ladder, line)),
      [
        '1002 client-spoke data, spoke-hub metadata, hub-server data',
        '1003 spoke: sets up the session',
        '1023 hub: sets up the session',
        '1026 server-hub data, hub-spoke metadata, spoke-client data',
        '1047 spoke: metadata off',
        '1060 client-server data',
        '1081 hub: metadata off',
        '1082 server-client data',
        '1120 client-server data',
        '1142 14 forward and 15 back like these',
        '2004 silence of 1996',
        '4000 == forget-sessions hub',
        '4000 hub: ends the session (forgotten)',
        '4000 silence of 2000',
        '6000 client-spoke data, spoke-hub health check dropped by node: emulator unknown-waypoint answered',
        '6021 hub-spoke enable-metadata',
        '6041 spoke: metadata on (enable-metadata)',
        '6060 client-spoke data, spoke-hub metadata, hub-server data',
        '6081 hub: has the session back',
        '6082 server-hub data, hub-spoke metadata, spoke-client data',
        '6103 spoke: metadata off',
        '6120 client-server data',
        '6141 hub: metadata off',
        '6142 server-client data',
        '6180 client-server data',
        '6202 40 forward and 41 back like these',
      ],
    );
  });

  /** The lines about `pattern` of a scenario's first session. */
  async function linesAbout(name: string, pattern: RegExp): Promise<string[]> {
    const [ladder] = await laddersOf(name);
    const lines = linesOf(ladder, { all: false }).map((line) => tell(ladder, line));
    return lines.filter((line) => pattern.test(line));
  }

  it('tell how a session moves to another path', async () => {
    deepEqual(await linesAbout('path-failover', /==|lost|dropped|modify|path|moves/), [
      '4000 == cut cable',
      '4000 client-hub data dropped by link: cut',
      '4050 5 lost like it',
      '4263 spoke: path down (cable to 172.16.1.2, timer-expiry)',
      '4263 spoke: metadata on (path-move)',
      '4263 spoke-hub modify',
      '4293 hub: moves the session',
      '4297 hub: path down (cable to 172.16.1.1, timer-expiry)',
      '11000 == heal cable',
    ]);
  });

  it('tell what a NAT makes of a session, and when it makes something else of it', async () => {
    const [ladder] = await laddersOf('nat-rebind');
    deepEqual(ladder.columns, ['client', 'spoke', 'nat', 'hub', 'server']);
    deepEqual(await linesAbout('nat-rebind', /==|mapping|peer changed|modify|moves/), [
      '2004 nat: new mapping (udp 192.168.0.2:33540 is port 11908)',
      '4000 == rebind nat',
      '4027 server-nat data dropped by node: nat dropped no-mapping',
      '4055 hub: peer changed (wan to 172.16.0.9, peer-nat-change)',
      '4077 server-nat data dropped by node: nat dropped no-mapping',
      '4127 server-nat data dropped by node: nat dropped no-mapping',
      '4139 spoke: peer changed (wan to 172.16.0.2, local-nat-change)',
      '4139 spoke-hub modify',
      '4160 hub: moves the session',
      '7000 == rebind nat to 172.16.0.10',
      '7027 hub: peer changed (wan to 172.16.0.9, peer-nat-change)',
      '7098 spoke: peer changed (wan to 172.16.0.2, local-nat-change)',
      '7098 spoke-hub modify',
      '7119 hub: moves the session',
    ]);
    const ends = ladder.rows.filter(isHop).flatMap(({ from, rewritten, source }) => {
      return rewritten && ladder.columns[from] === 'nat' ? [`${rewritten.source} > ${source}`] : [];
    });
    deepEqual(ends, [
      '192.168.0.2:33540 > 172.16.0.9:11908',
      '192.168.0.2:33540 > 172.16.0.9:48000',
      '192.168.0.2:33540 > 172.16.0.10:38948',
    ]);
  });

  it('have a hop once whose sender has taken note of it only when it had come', async () => {
    const hops = (ladders: readonly Ladder[]): object[] =>
      ladders.flatMap(({ rows }) => rows.filter(isHop).map((hop) => ({ ...hop, time: 0, arrived: 0 })));
    const late = await laddersOf('session-recovery', undefined, (capture) => withLateNotes(capture, 'client:eth0'));
    deepEqual(hops(late), hops(await laddersOf('session-recovery')));
  });

  it('tell on which node of a router a session lives', async () => {
    const [ladder] = await laddersOf('ha-failover');
    deepEqual(ladder.columns, ['client', 'spoke.node0', 'spoke.node1', 'hub', 'server']);
    deepEqual(await linesAbout('ha-failover', /==|role|takes in/), [
      "1601 spoke.node1: takes in its twin's session",
      '2500 == kill spoke.node0',
      '3000 spoke.node1: changes its role (active)',
      '8000 == start spoke.node0',
      '8000 == node-started spoke.node0',
      "8001 spoke.node0: takes in its twin's session",
    ]);
  });
});
