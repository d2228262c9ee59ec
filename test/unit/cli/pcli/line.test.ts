import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { wordsOf } from '../../../../cli/pcli/grammar.ts';
import { completeLine, formatHelp, helpAfter, runLine } from '../../../../cli/pcli/line.ts';
import { piped, splitPipes } from '../../../../cli/pcli/pipes.ts';
import type { Place } from '../../../../cli/pcli/place.ts';
import { operatorCommands } from '../../../../cli/pcli/table.ts';
import { FakeLab, session } from '../../../support/fake-lab.ts';

const placeAt = (...path: readonly string[]): Place => ({ lab: new FakeLab('first'), node: undefined, path });
const run = async (line: string, place = placeAt()): Promise<string> =>
  (await runLine(operatorCommands, place, line)).text;
const next = async (line: string, place = placeAt()): Promise<string[]> =>
  (await completeLine(operatorCommands, place, line)).choices.map(({ word }) => word);

describe('the words of a line', () => {
  it('are held together by quotes', () => {
    deepEqual(wordsOf('show  stats "Service Area" \'a b\' x"y z"'), ['show', 'stats', 'Service Area', 'a b', 'xy z']);
    deepEqual(wordsOf('grep "a \\"b\\""'), ['grep', 'a "b"']);
  });

  it('end at a pipe that is not in quotes', () => {
    deepEqual(splitPipes('show stats | grep "a|b" | count'), ['show stats ', ' grep "a|b" ', ' count']);
  });
});

describe('pipes', () => {
  const text = 'one\ntwo\nthree\n';
  it('filter lines', () => {
    equal(piped(text, ['grep t', 'grep -v two']), 'three\n');
    equal(piped(text, ['grep -i ONE']), 'one\n');
    equal(piped(text, ['count']), 'Count: 3 lines\n');
    equal(piped(text, ['head 2', 'tail 1']), 'two\n');
    equal(piped(text, ['sort']), 'one\nthree\ntwo\n');
  });

  it('are refused with what would be right', () => {
    throws(() => piped(text, ['gerp x']), /there is no filter 'gerp'; did you mean 'grep'\?/);
    throws(() => piped(text, ['grep (']), /grep cannot read its expression/);
    throws(() => piped(text, ['head few']), /head takes a number of lines/);
    throws(() => piped(text, ['']), /a filter is missing behind '\|'/);
  });
});

describe('a command', () => {
  it('is found by its words, and takes arguments in any order', async () => {
    const text = await run('show sessions node spoke service web');
    match(text, /Node: spoke/);
    ok(!text.includes('Node: hub'));
    match(text, new RegExp(session.sessionId));
  });

  it('shows one session by the beginning of its id, with its flows', async () => {
    const text = await run('show sessions by-id 5a0b');
    match(text, /Service: +web/);
    match(text, /Actions: +rewrite seal forward/);
    match(text, /Node: hub\n=+\nThis router does not have the session\./);
    await rejects(run('show sessions by-id zz'), /there is no session 'zz'; 'show sessions' lists them/);
    await rejects(run('show sessions by-id 5a0c'), /there is no session '5a0c'; did you mean '5a0b0d9e-/);
  });

  it('tells what is near when a word is wrong, a node unknown or a value missing', async () => {
    await rejects(run('shwo sessions'), /there is no command 'shwo'; did you mean 'show'\?/);
    await rejects(run('show sesions'), /there is no command 'show sesions'; did you mean 'sessions'\?/);
    await rejects(run('show peers detial'), /'show peers' does not take 'detial'; did you mean 'detail'\?/);
    await rejects(run('show peers node hbu'), /there is no router 'hbu' in lab 'first'; did you mean 'hub'\?/);
    await rejects(run('show peers node'), /node wants a value: NAME/);
    await rejects(run('delete sessions'), /'delete sessions' wants by-id ID/);
    await rejects(run('show'), /'show' wants another word: sessions, flows/);
  });

  it('narrows counters by words and by dimensions, with a column for each', async () => {
    const text = await run('show stats bfd by-peer-path peer-name hub node spoke');
    deepEqual(text.trimEnd().split('\n').slice(3), [
      '============== ======= =========== ============ ====== =======',
      ' Metric         Node    Peer-name   Peer-host    Vlan   Value',
      '============== ======= =========== ============ ====== =======',
      ' sent success   spoke   hub         172.16.0.2   0          5',
    ]);
    await rejects(run('show stats bfd by-peer-path peer-nmae hub'), /did you mean 'peer-name'\?/);
  });

  it('shows the ways of services and how they are balanced', async () => {
    match(
      await run('show service-path'),
      / web +web-route +peer +172\.16\.0\.2 +172\.16\.0\.2 +wan +red +10 +0 +1\/Unlimited +Up\n/,
    );
    match(await run('show service-path detail'), /Service: web\n=+\n {2}Service-Route: +web-route\n/);
    match(await run('show load-balancer'), / router +0 +10 +up +0\.7% +12ms +2ms +4\.1 +Yes\n/);
  });

  it('acts on the nodes that are meant', async () => {
    const place = placeAt();
    const { asked } = place.lab as FakeLab;
    match(await run('delete sessions by-id 5a0b', place), /Session 5a0b0d9e-0000-4000-8000-000000000001 ended\./);
    match(await run('clear sessions node spoke', place), /1 session ended\./);
    await run('clear arp node hub', place);
    await run('delete flows node hub', place);
    deepEqual(asked, [
      `spoke: delete ${session.sessionId}`,
      `hub: delete ${session.sessionId}`,
      'spoke: delete all',
      'hub: clear arp',
      'hub: forget',
    ]);
  });

  it('has help that fits on a line, in every case', () => {
    for (const line of formatHelp(operatorCommands).split('\n')) ok(line.length <= 140, line);
    for (const { help } of operatorCommands) match(help, /^[a-z0-9].*[^.]$/);
  });
});

describe('editing a configuration line by line', () => {
  it('enters blocks, sets leaves there, and leaves blocks again', async () => {
    const place = placeAt();
    await run('configure authority router spoke', place);
    deepEqual(place.path, ['authority', 'router', 'spoke']);
    await run('service-route web', place);
    deepEqual(place.path, ['authority', 'router', 'spoke', 'service-route', 'web']);
    await run('description "to the hub"', place);
    await run('exit', place);
    deepEqual(place.path, ['authority', 'router', 'spoke']);
    await run('top', place);
    equal(await run('compare config', place), '+ authority router spoke service-route web description "to the hub"\n');
    match(await run('validate', place), /The candidate is valid/);
    match(await run('commit', place), /Configuration committed on spoke, hub\./);
    match(await run('commit', place), /There is nothing to commit/);
    match(
      await run('show config history', place),
      /^rollback 1\n- authority router spoke service-route web description/,
    );
  });

  it('sets, deletes and discards without entering anything', async () => {
    const place = placeAt();
    await run('set authority session-recovery-detection inactivity-timeout 2', place);
    await run('delete authority service web', place);
    match(
      await run('compare config | grep timeout', place),
      /^\+ authority session-recovery-detection inactivity-timeout 2\n$/,
    );
    await rejects(run('validate', place), /the candidate is not valid:\n.*there is no service 'web'/);
    await run('discard', place);
    match(await run('compare config', place), /The candidate is the running configuration\./);
  });

  it('marks what needs a restart before anybody tries to commit it', async () => {
    const place = placeAt();
    await run('set authority emulator session-table-size 7', place);
    equal(await run('compare config', place), '+ authority emulator session-table-size 7   (needs a restart)\n');
  });

  it('tells the new value also where a leaf goes back to its default, but not of a block that is gone', async () => {
    const place = placeAt();
    const timeout = 'authority session-recovery-detection inactivity-timeout';
    await run(`set ${timeout} 2`, place);
    await run('commit', place);
    await run(`delete ${timeout}`, place);
    equal(await run('compare config', place), `- ${timeout} 2\n+ ${timeout} 5   (the default)\n`);
    await run('discard', place);
    await run('set authority service other security of-a-service', place).catch(() => undefined);
    await run('delete authority router spoke', place);
    ok(!(await run('compare config', place)).includes('(the default)'));
  });

  it('takes what SSR prints of a configuration as it is', async () => {
    const place = placeAt();
    const lines = [
      'config',
      'authority',
      'session-recovery-detection',
      'mode inactivity-based',
      'inactivity-timeout  1',
    ];
    for (const line of [...lines, 'exit', 'exit']) await run(line, place);
    deepEqual([place.path, place.isConfiguring], [[], true]);
    await run('exit', place);
    equal(place.isConfiguring, false);
    match(await run('compare config', place), /\+ authority session-recovery-detection inactivity-timeout 1\n/);
    await run('config authority router spoke', place);
    await run('end', place);
    deepEqual(place.path, []);
  });

  it('refuses values and paths with what would be right', async () => {
    await rejects(run('set authority session-recovery-detection mode packet'), /did you mean 'packet-based'\?/);
    await rejects(run('configure authority servise'), /did you mean 'service'\?/);
    await rejects(run('configure authority session-recovery-detection mode'), /mode wants a value: packet-based or/);
    await rejects(run('rollback 3'), /there is no configuration 3 of before: nothing has been committed yet/);
  });
});

describe('completion', () => {
  it('offers commands, keywords, live names and filters', async () => {
    deepEqual(await next('sho'), ['show']);
    ok((await next('show ')).includes('service-path'));
    deepEqual(await next('show peers '), ['detail', 'node']);
    deepEqual(await next('show peers detail '), ['node']);
    deepEqual(await next('show peers node '), ['spoke', 'hub']);
    deepEqual(await next('show sessions by-id 5'), [session.sessionId]);
    deepEqual(await next('show flows | g'), ['grep']);
    deepEqual(await next('nothing '), []);
  });

  it('offers words of counters, then dimensions and their values', async () => {
    deepEqual(await next('show stats packet-processing action success metadata '), ['added', 'removed', 'node']);
    ok((await next('show stats bfd by-peer-path ')).includes('peer-name'));
    deepEqual(await next('show stats bfd by-peer-path peer-name '), ['hub']);
  });

  it('offers what the configuration has, and what it may have', async () => {
    deepEqual(await next('configure '), ['authority']);
    deepEqual(await next('configure authority router '), ['spoke', 'hub']);
    deepEqual(await next('set authority session-recovery-detection mode '), ['packet-based', 'inactivity-based']);
    const inside = placeAt('authority', 'service', 'web');
    ok((await next('', inside)).includes('access-policy'));
    deepEqual(await next('access-policy ', inside), ['corp']);
  });
});

describe('a question mark', () => {
  const help = (line: string, place = placeAt()): Promise<string> => helpAfter(operatorCommands, place, line);

  it('tells what a value must look like, also inside a block', async () => {
    const expected = '  VALUE  a whole number of seconds from 1 to 30\n';
    equal(await help('set authority session-recovery-detection inactivity-timeout '), expected);
    const inside = placeAt('authority', 'session-recovery-detection');
    equal(await help('inactivity-timeout ', inside), expected);
    match(await help('inactivity-timeout 2 ', inside), /^ {2}<Enter> /);
  });

  it('tells at every level what may follow: words, values that are free, and that the line may end', async () => {
    match(await help('show '), /^ {2}sessions .*\n(.*\n)* {2}version +the version/);
    match(await help('show alarms '), /^ {2}node .*\n {2}<Enter> +the alarms that stand\n$/);
    match(await help('show stats '), /^ {2}packet-processing .*\n(.*\n)* {2}<Enter> /);
    match(await help('show stats service-area sent success '), /^ {2}node .*\n {2}<Enter> /);
    match(await help('create session-capture '), /^ {2}service .*\n(.*\n)* {2}node .*\n$/);
    equal(
      await help('create session-capture service web source-ip '),
      '  PREFIX  only sessions from this address or prefix\n',
    );
    match(await help('create session-capture service web '), / {2}<Enter> +capture sessions of a service/);
    match(await help('delete sessions by-id '), /^ {2}5a0b0d9e-/);
    match(await help('configure authority '), /^ {2}name .*\n(.*\n)* {2}router /);
    match(await help('rollback '), / {2}NUMBER .*\n {2}<Enter> /);
    match(await help('show flows | '), /^ {2}grep /);
    equal(
      (await help('show flows | grep ')).split('\n')[0],
      '  [-i] [-v] EXPRESSION  lines in which a regular expression is found; -i in any case, -v all others',
    );
    match(await help('show flows | count '), /^ {2}<Enter> /);
    equal(await help('nothing '), '  nothing may follow, or anything\n');
  });

  it('tells on an empty line what the block has, and then the commands', async () => {
    equal(await help(''), formatHelp(operatorCommands));
    const inside = await help('', placeAt('authority', 'session-recovery-detection'));
    match(inside, /^ {2}mode .*\n(.*\n)* {2}inactivity-timeout /);
    ok(inside.endsWith(formatHelp(operatorCommands)));
  });
});
