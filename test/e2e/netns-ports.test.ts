import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { CapPort } from '../../daemon/ports/cap.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { requireNetns } from './netns-support.ts';

const A = 'svrlab-ports-a';
const B = 'svrlab-ports-b';
const ROUTER_MAC = '02:00:00:00:00:0a';
const portModule = new URL('../../daemon/ports/cap.js', import.meta.url).href;
const frameModule = new URL('../../lib/frame.js', import.meta.url).href;

const ip = (...words: string[]): string => execFileSync('ip', words, { encoding: 'utf8' });

/** Runs a script with Node inside a namespace. `ready` is fulfilled by its first line, `done` by its last. */
class Script {
  readonly #process: ChildProcess;
  readonly ready: Promise<string>;
  readonly done: Promise<string>;

  constructor(namespace: string, text: string) {
    const words = ['netns', 'exec', namespace, process.execPath, '--input-type=module', '--eval', text];
    this.#process = spawn('ip', words, { stdio: ['pipe', 'pipe', 'ignore'] });
    let lines = '';
    let tellReady: (line: string) => void = () => undefined;
    this.ready = new Promise((resolve) => (tellReady = resolve));
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      lines += chunk.toString();
      if (lines.includes('\n')) tellReady(lines.split('\n')[0]);
    });
    this.done = new Promise((resolve) =>
      this.#process.on('close', () => resolve(lines.trim().split('\n').at(-1) ?? '')),
    );
  }

  /** The end of its input is the sign to stop. */
  finish(): Promise<string> {
    this.#process.stdin?.end();
    return this.done;
  }
}

/** Counts what a port hands over, with the fifteenth byte of each frame, until input ends. */
const listening = (direction: string): string => `
  import { CapPort } from '${portModule}';
  const port = new CapPort('wire', 'wire', '${direction}');
  const seen = [];
  port.open((frame) => seen.push(frame.bytes[frame.start + 14]));
  console.log('ready');
  process.stdin.on('end', () => {
    setTimeout(() => { console.log(JSON.stringify({ seen, ...port.statistics() })); process.exit(); }, 200);
  }).resume();`;

/** Sends \`count\` broadcast frames of a private type; the fifteenth byte numbers them. */
const sending = (count: number): string => `
  import { CapPort } from '${portModule}';
  import { Frame } from '${frameModule}';
  const port = new CapPort('wire');
  port.open(() => {});
  for (let i = 0; i < ${count}; i++) {
    const bytes = new Uint8Array(60);
    bytes.fill(0xff, 0, 6);
    bytes.set(port.mac, 6);
    bytes.set([0x88, 0xb5, i], 12);
    port.send(Frame.of(bytes));
  }
  console.log(JSON.stringify(port.statistics()));
  process.exit();`;

describe('a port on a network interface', function () {
  this.timeout(20_000);

  before(async function () {
    await requireNetns(this);
  });

  beforeEach(() => {
    for (const name of [A, B]) {
      ip('netns', 'add', name);
      const silence = 'for s in all default; do echo 1 >/proc/sys/net/ipv6/conf/$s/disable_ipv6; done';
      ip('netns', 'exec', name, 'sh', '-ec', silence);
    }
    const wire = ['name', 'wire', 'netns', B, 'type', 'veth', 'peer', 'name', 'wire', 'netns', A];
    ip('link', 'add', ...wire, 'address', ROUTER_MAC);
    for (const name of [A, B]) ip('-n', name, 'link', 'set', 'dev', 'wire', 'up');
  });

  afterEach(() => {
    for (const name of [A, B]) ip('netns', 'del', name);
  });

  it('hands over every frame that arrives, the very first one too, at once and in order', async () => {
    const listener = new Script(A, listening('inbound'));
    await listener.ready;
    await new Script(B, sending(20)).done;
    const result = JSON.parse(await listener.finish()) as Record<string, unknown>;
    deepEqual(
      result.seen,
      Array.from({ length: 20 }, (_, i) => i),
    );
    deepEqual([result.received, result.missed, result.oversized], [20, 0, 0]);
  });

  it('does not hand over what leaves its interface, whoever sent it; an onlooker sees that too', async () => {
    const port = new Script(A, listening('inbound'));
    const onlooker = new Script(A, listening('both'));
    await Promise.all([port.ready, onlooker.ready]);
    const sent = JSON.parse(await new Script(A, sending(3)).done) as Record<string, unknown>;
    deepEqual([sent.sent, sent.refused], [3, 0]);
    const [ofPort, ofOnlooker] = [await port.finish(), await onlooker.finish()].map(
      (text) => JSON.parse(text) as { seen: number[] },
    );
    deepEqual(ofPort.seen, []);
    deepEqual(ofOnlooker.seen, [0, 1, 2]);
  });

  it('is alone in answering: the kernel behind it keeps silent', async () => {
    const onlooker = new Script(A, listening('both'));
    await onlooker.ready;
    ip('-n', B, 'address', 'add', '172.16.0.2/24', 'dev', 'wire');
    ip('-n', B, 'neighbor', 'add', '172.16.0.1', 'lladdr', ROUTER_MAC, 'dev', 'wire');
    const poke = [
      'ping -c 1 -W 1 172.16.0.1',
      'ping -c 1 -W 1 172.16.0.9',
      'ping -c 1 -W 1 -b 172.16.0.255',
      'echo x >/dev/udp/172.16.0.1/16384',
      'timeout 1 sh -c "echo x >/dev/tcp/172.16.0.1/22"',
    ];
    for (const line of poke) ip('netns', 'exec', B, 'bash', '-c', `${line} >/dev/null 2>&1 || true`);
    await onlooker.finish();
    const count = (counter: string): number =>
      Number(ip('netns', 'exec', A, 'cat', `/sys/class/net/wire/statistics/${counter}`));
    const arrived = count('rx_packets');
    ok(arrived >= 5, `only ${arrived} frames were there to be answered`);
    equal(count('tx_packets'), 0);
  });

  it('says so when there is no such interface', () => {
    throws(
      () => new CapPort('wan', 'svrlab-none'),
      (error) => error instanceof LabError && error.status === 3,
    );
  });
});
