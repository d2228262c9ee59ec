import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveLabs } from '../../../cli/live-labs.ts';
import { serveFront } from '../../../daemon/lab-front.ts';
import { systemError, unexpectedSystemError } from '../../../daemon/system-error.ts';
import { LabError } from '../../../lib/lab/fabric.ts';
import { FakeLab } from '../../support/fake-lab.ts';
import { noLabs, svrlab } from '../../support/svrlab.ts';

const labsOf = (lab: FakeLab): LiveLabs => ({ ...noLabs, all: async () => [lab] });
const told = ({ status, message }: LabError): [number, string] => [status, message];

describe('what the system refuses', () => {
  it('is told with the place, the reason, and what mends it', () => {
    const refused = (code: string): LabError => systemError("write to '/a'", Object.assign(new Error('raw'), { code }));
    deepEqual(told(refused('ENOENT')), [2, "cannot write to '/a': there is no such file or folder"]);
    deepEqual(told(refused('EACCES')), [
      3,
      "cannot write to '/a': permission is denied; choose another place, or run as root",
    ]);
    deepEqual(told(refused('ENEW')), [2, "cannot write to '/a': raw"]);
  });

  it('is told as well where nobody expected it', () => {
    const error = Object.assign(new Error('raw'), { code: 'ENOSPC', syscall: 'write', path: '/a' });
    equal(
      unexpectedSystemError(error).message,
      "cannot write '/a': there is no space left; make room, or choose another place",
    );
    const socket = { code: 'EADDRINUSE', syscall: 'listen', address: '::1', port: 80 };
    equal(
      unexpectedSystemError(Object.assign(new Error('raw'), socket)).message,
      "cannot listen '::1:80': somebody listens there already; choose another port",
    );
  });
});

describe('a port that somebody else has', () => {
  let holder: Server;
  let port: number;
  before(async () => {
    holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    port = (holder.address() as { port: number }).port;
  });
  after(() => holder.close());
  const expected = (): string =>
    `svrlab: cannot listen at 127.0.0.1:${port}: somebody listens there already; choose another port\n`;

  for (const [command, words] of [
    ['capture', '--listen 127.0.0.1:'],
    ['ui', '--port '],
  ])
    it(`is no fault of svrlab ${command}, which says so`, async () => {
      const { status, err } = await svrlab(`${command} ${words}${port}`, labsOf(new FakeLab('first')));
      deepEqual([status, err], [2, expected()]);
    });

  it('is no fault of svrlab lab serve, which says so', async () => {
    const place = { host: '127.0.0.1', port, token: 'only-for-this-test-0123' };
    await rejects(serveFront([], place), (error) => {
      deepEqual(error instanceof LabError && `svrlab: ${error.message}\n`, expected());
      return true;
    });
  });
});

describe('a file that cannot be', () => {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-files-'));
  after(() => rmSync(folder, { recursive: true }));
  const missing = join(folder, 'none', 'file');

  for (const [line, deed, path] of [
    [`read ${missing}`, 'read', missing],
    [`run session-recovery --out /proc/none`, 'write to', '/proc/none'],
    [`capture -w ${missing}`, 'write to', missing],
  ])
    it(`is told by 'svrlab ${line.split(' ')[0]}', with its path`, async () => {
      const { status, err } = await svrlab(line, labsOf(new FakeLab('first')));
      deepEqual([status, err], [2, `svrlab: cannot ${deed} '${path}': there is no such file or folder\n`]);
    });

  it('is asked for by `read --ladder`, with the usual form', async () => {
    const { status, err } = await svrlab('read --ladder 5a0b');
    deepEqual(
      [status, err],
      [
        2,
        "svrlab: a capture is missing, as there is no file '5a0b': " +
          'svrlab read out/NAME/capture.pcapng --ladder --session 5a0b\n',
      ],
    );
    equal((await svrlab('read')).err, 'svrlab: a capture is missing: svrlab read out/NAME/capture.pcapng\n');
  });
});
