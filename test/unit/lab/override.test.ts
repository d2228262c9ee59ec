import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { formatDiagnostic } from '../../../lib/diagnostic.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';

const file = 'scenarios/session-recovery.yaml';

function read(...overrides: string[]): ReturnType<typeof parseScenario> {
  const resolve = (path: string): { file: string; text: string } => {
    const found = `scenarios/labs/${path.replace('labs/', '')}`;
    return { file: found, text: readFileSync(found, 'utf8') };
  };
  return parseScenario(readFileSync(file, 'utf8'), file, resolve, overrides);
}

function scenario(...overrides: string[]): Scenario {
  const parsed = read(...overrides);
  equal(parsed.diagnostics?.map(({ message }) => message).join(), undefined);
  return parsed.scenario as Scenario;
}

function problem(...overrides: string[]): string {
  const { diagnostics = [], sources } = read(...overrides) as Exclude<
    ReturnType<typeof read>,
    { diagnostics?: undefined }
  >;
  return diagnostics.map((found) => formatDiagnostic(found, sources.get(found.file) ?? '')).join('\n');
}

const wan = ({ links }: Scenario): Scenario['links'][number] => links.filter(({ name }) => name === 'wan')[0];

describe('KEY=VALUE over a scenario', () => {
  it('gives a line of the configuration another value, by its path or by enough of its last words', () => {
    for (const key of [
      'authority session-recovery-detection inactivity-timeout',
      'session-recovery-detection inactivity-timeout',
      'inactivity-timeout',
    ])
      equal(scenario(`${key}=4`).authority.sessionRecoveryDetection.inactivityTimeout, seconds(4), key);
    const { authority } = scenario('router hub node hub device-interface wan network-interface wan mtu=1400');
    const hub = authority.routers.filter(({ name }) => name === 'hub')[0].nodes[0];
    deepEqual(
      hub.deviceInterfaces.map(({ networkInterfaces }) => networkInterfaces[0].mtu),
      [1_500, 1_400],
    );
  });

  it('changes a link, both ways or one', () => {
    deepEqual(
      wan(scenario('wan.loss=5%')).impairments.map(({ loss, delay }) => [loss, delay]),
      [
        [0.05, milliseconds(20)],
        [0.05, milliseconds(20)],
      ],
    );
    for (const direction of ['hub -> spoke', 'hub:wan->spoke:wan'])
      deepEqual(
        wan(scenario(`${direction}.loss=5%`, `${direction}.delay=30ms`)).impairments.map(({ loss, delay }) => [
          loss,
          delay,
        ]),
        [
          [0, milliseconds(20)],
          [0.05, milliseconds(30)],
        ],
      );
  });

  it('changes traffic, also in what is no single word', () => {
    const [questions] = scenario(
      'questions.every=100ms',
      'questions.silences=[2s..3s, 4s..5s]',
      'questions.count=9',
    ).traffic;
    equal(questions.kind, 'udp-request');
    if (questions.kind !== 'udp-request') return;
    equal(questions.every, milliseconds(100));
    equal(questions.count, 9);
    deepEqual(
      questions.silences.map(({ start, end }) => [start, end]),
      [
        [seconds(2), seconds(3)],
        [seconds(4), seconds(5)],
      ],
    );
  });

  it('changes how long the run lasts, and a scenario that no longer fits is refused', () => {
    equal(scenario('duration=10s').duration, seconds(10));
    equal(
      problem('duration=5s').split('\n')[0],
      'scenarios/session-recovery.yaml:19:3: this would go on until 8.52s, after the end of the run',
    );
  });

  const mistakes: readonly [override: string, message: string][] = [
    ['wan.loss=150%', "--set wan.loss:1:10: '150%' is not a share such as 2.5% or 0.025|^^^^"],
    ['wan.los=1%', "--set wan.los:1:1: a link has no 'los'|^^^^^^^ did you mean 'loss'?"],
    ['wam.loss=1%', "--set wam.loss:1:1: there is nothing called 'wam.loss' to set|^^^^^^^^ did you mean 'wan.loss'?"],
    [
      'questions.evry=1s',
      "--set questions.evry:1:1: traffic of kind udp-request has no 'evry'|^^^^^^^^^^^^^^ did you mean 'every'?",
    ],
    [
      'inactivity-timout=3',
      "--set inactivity-timout:1:1: there is nothing called 'inactivity-timout' to set" +
        "|^^^^^^^^^^^^^^^^^ did you mean 'inactivity-timeout'?",
    ],
    [
      'inactivity-timeout=40',
      '--set inactivity-timeout:1:1: inactivity-timeout must be a whole number of seconds from 1 to 30, not ' +
        "'40'|^^^^^^^^^^^^^^^^^^^^^",
    ],
    [
      'mtu=1400',
      "--set mtu:1:1: 'mtu' may be any of 4 lines" +
        "|^^^ one of them is 'router spoke node spoke device-interface lan network-interface lan mtu'",
    ],
    ['durtion=9s', "--set durtion:1:1: there is nothing called 'durtion' to set|^^^^^^^ did you mean 'duration'?"],
    ['spok -> hub.loss=1%', "--set spok -> hub.loss:1:1: no link has an end 'spok'|^^^^ did you mean 'spoke'?"],
    ['spoke -> hub=1%', "--set spoke -> hub:1:1: which field of it?|^^^^^^^^^^^^ such as 'spoke -> hub.loss'"],
    ['wan.delay=', '--set wan.delay:1:1: here must be a value behind the =|^^^^^^^^^'],
    ['wan.delay', "--set wan.delay:1:1: here must be KEY=VALUE|^^^^^^^^^ such as 'wan.loss=1%'"],
    ['questions.silences=[2s..3s', '--set questions.silences:1:27: flow sequence must end with a ]|^'],
  ];
  for (const [override, message] of mistakes)
    it(`says where ${override} goes wrong, and what comes near`, () => {
      const [head, caret] = message.split('|');
      const lines = problem(override).split('\n');
      deepEqual([lines[0], lines[1], lines[2].replace(/^ *\| */, '')], [head, `    1 | ${override}`, caret]);
    });
});
