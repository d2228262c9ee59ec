import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { LiveLab, LiveLabs } from '../../../cli/live-labs.ts';
import { createProgram } from '../../../cli/program.ts';
import { FakeLab, peer, session } from '../../support/fake-lab.ts';
import { noLabs, silentTerminal, svrlab } from '../../support/svrlab.ts';

const labsOf = (...labs: LiveLab[]): LiveLabs => ({ ...noLabs, all: async () => labs });

/** What only scripts call. */
const isHidden = (command: Command): boolean => command.name() === 'complete';

describe('the command line', () => {
  it('explains every command, with an example', async () => {
    const ofLab = ['up', 'status', 'exec', 'serve', 'down'].map((name) => `lab ${name}`);
    const { commands } = await createProgram(silentTerminal, noLabs);
    const names = commands.flatMap((command) => (isHidden(command) ? [] : command.name()));
    for (const command of ['', ...names, ...ofLab]) {
      const { status, out } = await svrlab(`${command} --help`);
      equal(status, 0, command);
      match(out, /^Usage: svrlab/);
      match(out, /Examples?:\n {2}.*svrlab/, command);
    }
  });

  it('makes the same command alone that it has among all', async () => {
    const all = await createProgram(silentTerminal, noLabs);
    ok(all.commands.length > 10);
    for (const command of all.commands) {
      const alone = await createProgram(silentTerminal, noLabs, command.name());
      deepEqual(
        alone.commands.map((one) => [one.name(), one.helpInformation()]),
        [[command.name(), command.helpInformation()]],
      );
    }
  });

  it('ends with status 2 for what it does not know, and says what is near', async () => {
    const wrong: [string, RegExp][] = [
      ['rnu x', /unknown command 'rnu'\n\(Did you mean run\?\)/],
      ['run x --sede 1', /unknown option '--sede'\n\(Did you mean --seed\?\)/],
      ['run', /missing required argument 'scenario'/],
      ['run x --seed minus', /A whole number from 0 to 4294967295/],
      ['run x --fabric moon', /Allowed choices are sim, netns, compose/],
      ['lab', /Usage: svrlab lab/],
      ['show sesions', /unknown command 'sesions'\n\(Did you mean sessions\?\)/],
      ['', /Usage: svrlab/],
    ];
    for (const [line, complaint] of wrong) {
      const { status, out, err } = await svrlab(line);
      deepEqual([status, out], [2, ''], line);
      match(err, complaint);
    }
  });

  it('says with status 2 what is wrong in a scenario, and where', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'svrlab-cli-'));
    try {
      const path = join(folder, 'broken.yaml');
      writeFileSync(path, 'name: broken\nabuot: nothing\n');
      const { status, err } = await svrlab(`run ${path}`);
      equal(status, 2);
      match(err, /broken\.yaml:2:1: .*\n +2 \| abuot: nothing\n +\| \^+ did you mean 'about'\?/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('svrlab show', () => {
  it('lists the sessions of each router below its name', async () => {
    const { status, out } = await svrlab('show sessions', labsOf(new FakeLab('first')));
    equal(status, 0);
    match(
      out,
      /^\w{3} [-\d]{10} [:\d]{8} UTC\n✔ Retrieving sessions\.\.\.\n\n=============\n Node: spoke\n=============\n==/,
    );
    match(out, / udp {5}10\.1\.0\.10 +40000 +10\.2\.0\.10 +7 +-- +0 +false +180 +0 days 0:01:05\n\n=+\n Node: hub\n/);
  });

  it('gives programs the rows as JSON, by node', async () => {
    const { out } = await svrlab('show sessions --node spoke --json', labsOf(new FakeLab('first')));
    deepEqual(JSON.parse(out), { spoke: [session] });
  });

  it('lists paths to peers, and in detail why they are as they are', async () => {
    const labs = labsOf(new FakeLab('first'));
    const { out } = await svrlab('show peers --node spoke', labs);
    match(out, /Peer +Node +Network Interface +Destination +Status +Hostname +Path MTU\n/);
    match(out, / hub +n1 +wan +172\.16\.0\.2 +down +-- +1500\n/);
    const detailed = (await svrlab('show peers detail --node spoke', labs)).out;
    match(detailed, / timer-expiry +down +1000 +3000 +12\.35 +-- +2\.5 +4\.13 +0 days 0:00:00\n/);
    deepEqual(JSON.parse((await svrlab('show peers --node spoke --json', labs)).out), { spoke: [peer] });
  });

  it('lists the sessions of plain BFD', async () => {
    const { out } = await svrlab('show bfd', labsOf(new FakeLab('first')));
    match(out, / 172\.16\.0\.9 +172\.16\.0\.1 +wan +multihop +keyed-sha1 +up +none +up +100 +300 +0 days 0:01:05\n/);
    match(out, /There are no sessions of plain BFD\.\n/);
  });

  it('lists alarms and events, and says so when there are none', async () => {
    const labs = labsOf(new FakeLab('first'));
    const { out } = await svrlab('show alarms', labs);
    match(out, / 3 +2026-01-01 00:00:03\.250 UTC +major +n1 +peer +Peer hub path is down\n/);
    match(out, /Node: hub\n=+\nThere are no active alarms\.\n/);
    const events = (await svrlab('show events', labs)).out;
    match(events, / 2026-01-01 00:00:03\.250 UTC +peer +n1 +it happened\n/);
    match(events, /There are no events\.\n/);
  });

  it('shows the counters below some words, all nodes in one table', async () => {
    const path = 'packet-processing action success metadata';
    const { out } = await svrlab(`show stats ${path}`, labsOf(new FakeLab('first')));
    const [date, retrieving, , ...table] = out.trimEnd().split('\n');
    match(date, /^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    equal(retrieving, '✔ Retrieving statistics...');
    match(table.pop() ?? '', /^Completed in \d+\.\d\d seconds$/);
    deepEqual(table, [
      path,
      '-'.repeat(path.length),
      '',
      '========= ======= =======',
      ' Metric    Node    Value',
      '========= ======= =======',
      ' added     spoke       2',
      ' added     hub         1',
      ' removed   spoke       3',
      ' removed   hub         3',
      '',
    ]);
  });

  it('takes its options before the name of what is to be shown, too', async () => {
    const labs = labsOf(new FakeLab('first'), new FakeLab('second'));
    for (const line of [
      'show --lab second alarms',
      'show alarms --lab second',
      'show --node spoke --lab second alarms',
    ])
      match((await svrlab(line, labs)).out, /Peer hub path is down/, line);
    match((await svrlab('show --lab secund alarms', labs)).err, /did you mean 'second'\?/);
  });

  it('shows the configuration of the whole lab, or one block of it', async () => {
    const labs = labsOf(new FakeLab('first'));
    match((await svrlab('show config running', labs)).out, /^config\n {4}authority\n/);
    const path = 'authority session-recovery-detection';
    equal((await svrlab(`show config candidate ${path}`, labs)).out, 'mode  inactivity-based\n');
  });

  it('names what there is when a node, a lab or a counter does not exist', async () => {
    const labs = labsOf(new FakeLab('first'), new FakeLab('second'));
    const complaint = async (line: string): Promise<string> => (await svrlab(line, labs)).err;
    equal(await complaint('show flows'), 'svrlab: several labs are up; choose with --lab one of first, second\n');
    match(await complaint('show flows --lab fist'), /there is no lab 'fist' that is up; did you mean 'first'\?/);
    match(await complaint('show flows --lab first --node hbu'), /no router 'hbu' in lab 'first'; did you mean 'hub'\?/);
    match(
      await complaint('show stats --lab first service-area sent sucess'),
      /did you mean 'service-area sent success'\?/,
    );
    match((await svrlab('show flows')).err, /no lab is up; 'svrlab lab up SCENARIO' brings one up/);
  });
});

describe('svrlab lab', () => {
  it('runs a program at a node, and ends with the status of that program', async () => {
    const lab = new FakeLab('first');
    const { status } = await svrlab('lab exec client -- ping -c 3 10.2.0.10', labsOf(lab));
    deepEqual([status, lab.asked], [7, ['client: ping -c 3 10.2.0.10']]);
  });

  it('takes down the lab that is meant, or all of them', async () => {
    const [first, second] = [new FakeLab('first'), new FakeLab('second')];
    equal((await svrlab('lab down', labsOf(first, second))).status, 2);
    equal((await svrlab('lab down --lab second', labsOf(first, second))).out, "Lab 'second' is down.\n");
    equal((await svrlab('lab down --all', labsOf(first))).status, 0);
    deepEqual([first.asked, second.asked], [['down'], ['down']]);
    equal((await svrlab('lab down --all')).status, 0);
  });

  it("takes down what is not one's own only if it is named, or all are", async () => {
    const theirs = new FakeLab('theirs', 'belongs to bob');
    const { status, err } = await svrlab('lab down', labsOf(theirs));
    equal(status, 2);
    match(err, /the only lab that is up, 'theirs', belongs to bob; 'svrlab lab down --lab theirs' takes it down/);
    deepEqual(theirs.asked, []);
    await svrlab('lab down --lab theirs', labsOf(theirs));
    await svrlab('lab down --all', labsOf(theirs));
    deepEqual(theirs.asked, ['down', 'down']);
  });

  it('shows which nodes live', async () => {
    const { out } = await svrlab('lab status', labsOf(new FakeLab('first')));
    match(out, / first {3}netns {4}alice {3}hub {6}router {3}down\n/);
    equal((await svrlab('lab status')).out, 'No lab is up.\n');
  });
});

describe('the help of every command', () => {
  let program: Command;
  before(async () => {
    program = await createProgram(silentTerminal, noLabs);
  });
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];

  it('says in whole sentences what it does, and in a word in the list', () => {
    for (const command of program.commands.flatMap(all)) {
      if (command.parent?.name() === 'show') continue;
      match(command.description(), /^[A-Z].*\.$/s, command.name());
      if (command.parent === program) match(command.summary(), /^[a-z].*[^.]$/, command.name());
    }
  });

  it('is in the table of README', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'README.md'), 'utf8');
    const lab = program.commands
      .find((command) => command.name() === 'lab')
      ?.commands.map((one) => `lab ${one.name()}`);
    const names = program.commands.flatMap((command) => (isHidden(command) ? [] : command.name()));
    for (const name of [...names, ...(lab ?? [])])
      ok(readme.includes(`\`./svrlab ${name}`) || readme.includes(`\`${name}\``), name);
  });
});

describe('svrlab capture', () => {
  const to = join(mkdtempSync(join(tmpdir(), 'svrlab-capture-')), 'lab.pcapng');
  after(() => rmSync(join(to, '..'), { recursive: true }));

  it('captures at the nodes and ports that are named, or at all that are up, and tells what was dropped', async () => {
    const lab = new FakeLab('first');
    const { status, err } = await svrlab(`capture spoke.wan client spoke.lan -w ${to}`, labsOf(lab));
    equal(status, 0);
    match(err, / spoke:wan +5 +2\n3 packets captured, 2 dropped\.\nNode 'hub' ended before the capture did\.\n/);
    await svrlab(`capture -w ${to}`, labsOf(lab));
    deepEqual(lab.asked, ['capture: spoke [wan lan], client []', 'capture: client [], spoke []']);
  });

  it('refuses what it cannot do, with the nearest name', async () => {
    const complaint = async (line: string): Promise<[number, string]> => {
      const { status, err } = await svrlab(line, labsOf(new FakeLab('first')));
      return [status, err];
    };
    const where = 'say where the packets go: -w FILE, -w - for standard output, or --listen HOST:PORT';
    deepEqual(await complaint('capture'), [2, `svrlab: ${where}\n`]);
    deepEqual(await complaint(`capture spok.wan -w ${to}`), [
      2,
      "svrlab: there is no node 'spok' that is up in lab 'first'; did you mean 'spoke'?\n",
    ]);
    match(
      (await complaint('capture -w /nowhere/at/all'))[1],
      /^svrlab: cannot write to '\/nowhere\/at\/all': there is no such/,
    );
    match((await complaint('capture --listen 70000'))[1], /127\.0\.0\.1:19000/);
    equal((await complaint(`capture -w ${to} -c 0`))[0], 2);
    match((await complaint(`capture -w ${to} -Y svr.helth_check`))[1], /1 \| svr\.helth_check\n.*\^/s);
  });
});

describe('svrlab extcap', () => {
  it('lists each lab, and each of its nodes that is up', async () => {
    const { out } = await svrlab('extcap --extcap-interfaces --extcap-version=4.0', labsOf(new FakeLab('first')));
    deepEqual(out.split('\n').slice(1), [
      'interface {value=svrlab:first}{display=svrlab: all of lab first}',
      'interface {value=svrlab:first:client}{display=svrlab: host client of lab first}',
      'interface {value=svrlab:first:spoke}{display=svrlab: router spoke of lab first}',
      '',
    ]);
  });

  it('writes what it captures to the pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'svrlab-extcap-'));
    const fifo = join(folder, 'fifo');
    const lab = new FakeLab('first');
    equal(
      (await svrlab(`extcap --extcap-interface svrlab:first:spoke --capture --fifo ${fifo}`, labsOf(lab))).status,
      0,
    );
    equal(readFileSync(fifo, 'utf8'), 'packets');
    deepEqual(lab.asked, ['capture: spoke []']);
    rmSync(folder, { recursive: true });
    equal((await svrlab(`extcap --extcap-interface svrlab:gone --capture --fifo ${fifo}`, labsOf(lab))).status, 2);
    const typed = 'extcap --extcap-interface svrlab:first --extcap-capture-filter';
    equal((await svrlab(`${typed} svr.health_check`, labsOf(lab))).status, 0);
    equal((await svrlab(`${typed} svr.helth_check`, labsOf(lab))).status, 2);
    match((await svrlab('extcap', labsOf(lab))).err, /called by Wireshark; --extcap-interfaces lists/);
  });
});
