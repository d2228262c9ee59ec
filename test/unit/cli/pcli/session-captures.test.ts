import { equal, match, deepEqual, rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeLine, runLine } from '../../../../cli/pcli/line.ts';
import type { Place } from '../../../../cli/pcli/place.ts';
import { operatorCommands } from '../../../../cli/pcli/table.ts';
import { FakeLab } from '../../../support/fake-lab.ts';

interface Terminal {
  readonly lab: FakeLab;
  readonly run: (line: string) => Promise<string>;
}

function terminal(): Terminal {
  const lab = new FakeLab('first');
  const place: Place = { lab, node: undefined, path: [] };
  return { lab, run: async (line) => (await runLine(operatorCommands, place, line)).text };
}

describe('session captures in the shell', () => {
  it('are shown with what is still to come', async () => {
    const text = await terminal().run('show session-captures');
    match(
      text,
      /^ Service +Id +Source +Destination +Protocol +Remaining Sessions +Active Sessions +Remaining Packets/m,
    );
    match(text, /^ web +1 +10\.1\.0\.0\/16 +:443 +tcp +unlimited +2 +321 +Yes +operator$/m);
    match(text, /Node: hub\n=+\nThere are no active session captures\./);
  });

  it('are created at one router, with what chooses sessions', async () => {
    const { lab, run } = terminal();
    equal(
      await run('create session-capture service web node spoke'),
      'Session capture 2 of service web is active on spoke.\n',
    );
    await run(
      'create session-capture service web source-ip 10.1.0.0/16 destination-port 443 protocol tcp session-count 3 ' +
        'packet-count 20 local-only node hub',
    );
    deepEqual(lab.asked, [
      'spoke: capture {"service":"web"}',
      'hub: capture {"service":"web","sourceIp":"10.1.0.0/16","destinationPort":443,"protocol":"tcp",' +
        '"sessionCount":3,"packetCount":20,"localOnly":true}',
    ]);
  });

  it('are refused with what would be right', async () => {
    const { run } = terminal();
    const refused: readonly [string, RegExp][] = [
      ['create session-capture node spoke', /wants service NAME/],
      ['create session-capture service web', /at which router\? 'node NAME' says it: spoke, hub/],
      ['create session-capture service web node spok', /no router 'spok'.*did you mean 'spoke'/],
      ['create session-capture service web source-ip here node spoke', /source-ip 'here' is neither an address/],
      [
        'create session-capture service web source-port 0 node spoke',
        /source-port takes a whole number from 1 to 65535/,
      ],
      ['create session-capture service web packet-count few node spoke', /packet-count takes a whole number/],
      ['create session-capture service web protocol gre node spoke', /protocol takes tcp, udp or icmp, not 'gre'/],
      ['create session-capture service web sesion-count 3', /did you mean 'session-count'/],
      ['delete session-capture node spoke', /wants id ID/],
    ];
    for (const [line, message] of refused) await rejects(run(line), message, line);
  });

  it('are deleted by their id', async () => {
    const { lab, run } = terminal();
    equal(await run('delete session-capture id 2 node spoke'), 'Session capture 2 on spoke takes no more sessions.\n');
    deepEqual(lab.asked, ['spoke: delete capture 2']);
  });

  it('are completed', async () => {
    const place: Place = { lab: new FakeLab('first'), node: undefined, path: [] };
    const next = async (line: string): Promise<string[]> =>
      (await completeLine(operatorCommands, place, line)).choices.map(({ word }) => word);
    deepEqual(await next('create '), ['session-capture']);
    deepEqual(await next('create session-capture service '), ['web']);
    deepEqual(await next('create session-capture protocol '), ['tcp', 'udp', 'icmp']);
  });

  it('are saved from all routers that are up, to a file that is named after the service', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'svrlab-save-'));
    const before = process.cwd();
    try {
      process.chdir(folder);
      const { lab, run } = terminal();
      equal(await run('save session-captures service web'), '5 packets of spoke in svrlab_service_web.pcapng.\n');
      equal(await run('save session-captures'), '5 packets of spoke in svrlab_services.pcapng.\n');
      deepEqual([...readFileSync('svrlab_service_web.pcapng')], [0x0a, 0x0d, 0x0d, 0x0a]);
      await rejects(run('save session-captures file no/such/folder'), /cannot write to 'no\/such\/folder'/);
      deepEqual(lab.asked.slice(0, 2), ['spoke: packets of web', 'spoke: packets of all']);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });
});
