import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { NodeClient } from '../../daemon/fabric/node-client.ts';
import { labFolder } from '../../daemon/fabric/run-folder.ts';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { socketPath } from '../../daemon/node-service.ts';
import { routes, type RouteName } from '../../daemon/api/table.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'api';
const client = (node: string): NodeClient => new NodeClient(node, socketPath(labFolder(LAB), node));

/** What a route is to answer, as the OpenAPI document says, and what of it an answer is not. */
const violations = (name: RouteName, answer: unknown): unknown => {
  const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true });
  const validate = ajv.compile(routes[name].answer);
  return validate(answer) ? [] : validate.errors;
};

describe('the API of the nodes of a lab', function () {
  this.timeout(60_000);
  let lab: UpLab;

  before(async function () {
    await requireNetns(this);
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/session-recovery.yaml', seed: 1 });
    equal(await lab.exec('client', ['sh', '-c', 'ping -c 2 -i 0.2 -W 2 10.2.0.10 >/dev/null']), 0);
  });

  after(() => lab?.down());

  const lists = ['health', 'sessions', 'flows', 'peers', 'bfd', 'alarms', 'events', 'stats', 'traffic'] as const;

  for (const name of [...lists, 'config'] as const)
    it(`answers ${name} at a router as its document says`, async () => {
      deepEqual(violations(name, await client('spoke').ask(name)), []);
    });

  for (const name of lists)
    it(`answers ${name} at a host as its document says`, async () => {
      deepEqual(violations(name, await client('client').ask(name)), []);
    });

  it('has something to tell', async () => {
    for (const name of ['sessions', 'flows', 'peers', 'events'] as const)
      ok((await client('spoke').ask(name)).length > 0, name);
  });

  it('does what a person asks: forgets sessions', async () => {
    ok((await client('hub').ask('sessions')).length > 0);
    await client('hub').ask('fault', { body: { kind: 'forget-sessions' } });
    equal((await client('hub').ask('sessions')).length, 0);
  });

  it('tells what a router does while it happens, as its document says', async () => {
    const stream = await client('spoke').open('eventStream');
    equal(await lab.exec('client', ['sh', '-c', 'ping -c 2 -i 0.2 -W 2 10.2.0.10 >/dev/null']), 0);
    const { line } = routes.eventStream.answer as { line: object };
    const validate = new Ajv2020().compile(line);
    for await (const event of createInterface(stream)) {
      const told = JSON.parse(event) as { type: string };
      ok(validate(told), JSON.stringify(validate.errors));
      if (told.type === 'session-created') break;
    }
    stream.destroy();
  });

  it('tells the nearest name of a link', async () => {
    const cut = client('hub').ask('fault', { body: { kind: 'cut', link: 'wam', direction: 'both' } });
    await rejects(cut, (error) => {
      ok(error instanceof LabError);
      match(error.message, /there is no link 'wam'; did you mean 'wan'\?/);
      return error.status === 2;
    });
  });
});
