import { doesNotThrow, throws } from 'node:assert/strict';
import { refuseUnable } from '../../../lib/lab/actions/unable.ts';
import { LabError, type FabricName } from '../../../lib/lab/fabric.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { resolveFile, scenarioOf } from '../../support/lab-files.ts';

const labWith = (step: string): Scenario => {
  const text = `{ name: a, about: b, lab: labs/two-nodes.yaml, duration: 5s, timeline: [${step}] }`;
  return scenarioOf(parseScenario(text, 'scenarios/a.yaml', resolveFile));
};

const refuses = (step: string, fabric: FabricName, message: RegExp): void =>
  throws(
    () => refuseUnable(labWith(step), fabric),
    (error) => error instanceof LabError && error.status === 2 && message.test(error.message),
  );

describe('a step that a fabric cannot do', () => {
  it('is one that waits for what is known only when the run is over', () =>
    refuses(
      "{ when: packets 'icmp' is 3, store-gone: spoke }",
      'netns',
      /^timeline, when packets 'icmp' is 3: fabric netns tells/,
    ));

  it('is none that everybody can do', () => {
    doesNotThrow(() => refuseUnable(labWith('{ at: 1s, cut: wan }'), 'netns'));
    doesNotThrow(() => refuseUnable(labWith('{ at: 2s, refuse: server, port: 80 }'), 'compose'));
  });

  it('is none in the simulator', () =>
    doesNotThrow(() => refuseUnable(labWith("{ when: packets 'icmp' is 3, store-gone: spoke }"), 'sim')));
});
