import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionRow } from '../../lib/service-area/rows.ts';
import { docker, leftovers, requireCompose } from './compose-support.ts';

const PROJECT = 'svrlab-by-hand';
const HEALTHY_WITHIN_MS = 30_000;
const BACK_WITHIN_MS = 30_000;

function compose(...words: string[]): string {
  const isPlugin = spawnSync('docker', ['compose', 'version']).status === 0;
  const [program, ...first] = isPlugin ? ['docker', 'compose'] : ['docker-compose'];
  const all = [...first, '--project-name', PROJECT, ...words];
  return execFileSync(program, all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const containerOf = (node: string): string => compose('ps', '--quiet', node).trim();

const at = (node: string, ...words: string[]): string => docker('exec', containerOf(node), ...words);

async function healthy(): Promise<void> {
  const deadline = performance.now() + HEALTHY_WITHIN_MS;
  const states = (): string[] =>
    compose('ps', '--quiet')
      .trim()
      .split('\n')
      .map((id) => docker('inspect', '--format', '{{.State.Health.Status}}', id).trim());
  while (performance.now() < deadline && states().some((state) => state !== 'healthy')) await sleep(200);
  deepEqual(states(), ['healthy', 'healthy', 'healthy', 'healthy']);
}

describe('the default lab, brought up by Compose itself', function () {
  this.timeout(90_000);

  before(async function () {
    await requireCompose(this);
    compose('up', '--detach', '--no-build');
  });

  after(() => {
    compose('down', '--volumes', '--timeout', '1');
    deepEqual(leftovers('by-hand'), []);
  });

  it('is healthy in every node', healthy);

  it('carries ping over IPv4 and IPv6, and curl, from the client through both routers', () => {
    for (const address of ['10.2.0.10', 'fd00:2::10'])
      match(at('client', 'ping', '-c', '3', '-i', '0.2', '-W', '2', address), / 0% packet loss/);
    const serve = "require('http').createServer((_, answer) => answer.end('from afar')).listen(8000)";
    docker('exec', '--detach', containerOf('server'), 'node', '-e', serve);
    const patient = ['--silent', '--retry', '10', '--retry-connrefused', '--retry-delay', '1'];
    equal(at('client', 'curl', ...patient, 'http://10.2.0.10:8000/'), 'from afar');
    const sessions = at('hub', 'curl', '--silent', '--unix-socket', '/run/svrlab/hub.sock', 'http://node/sessions');
    const rows = JSON.parse(sessions) as SessionRow[];
    const protocols = rows.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'udp');
    deepEqual(protocols.sort(), ['icmp', 'icmpv6', 'tcp']);
  });

  it('finds its interfaces again when a router is restarted', async () => {
    docker('restart', '--time', '1', containerOf('hub'));
    await healthy();
    // The spoke keeps a path that has failed down for its hold-down-time, 5 s, after BFD has come up again.
    const deadline = performance.now() + BACK_WITHIN_MS;
    const answers = (): boolean =>
      spawnSync('docker', ['exec', containerOf('client'), 'ping', '-c', '1', '-W', '1', '10.2.0.10']).status === 0;
    while (!answers()) ok(performance.now() < deadline, 'the hub is not back');
    match(at('client', 'ping', '-c', '3', '-i', '0.2', '-W', '2', '10.2.0.10'), / 0% packet loss/);
  });
});
