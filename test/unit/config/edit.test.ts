import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { configurationChanges, ConfigurationDraft, restartReasons } from '../../../lib/config/index.ts';
import { labConfiguration, labConfigurationText } from '../../support/lab-configuration.ts';

const RECOVERY = ['authority', 'session-recovery-detection'];
const draftOf = (): ConfigurationDraft =>
  new ConfigurationDraft(new ConfigurationDraft(labConfigurationText()).format());
const words = (draft: ConfigurationDraft, path: readonly string[]): string[] =>
  draft.choices(path).map(({ word }) => word);

describe('a configuration that is being edited', () => {
  it('is the same text after it was read', () => {
    const text = draftOf().format();
    equal(new ConfigurationDraft(text).format(), text);
    ok(draftOf().check().authority);
  });

  it('takes a new value in the place of the old one, and leaves everything else', () => {
    const draft = draftOf();
    const before = draft.format();
    equal(draft.set([...RECOVERY, 'inactivity-timeout', '2']), undefined);
    equal(draft.formatBlock(RECOVERY), 'mode                inactivity-based\ninactivity-timeout  2\n');
    equal(draft.delete([...RECOVERY, 'inactivity-timeout']), undefined);
    equal(draft.format(), before);
  });

  it('makes a block that is not there, and needs not hold together until it is checked', () => {
    const draft = draftOf();
    equal(draft.set(['authority', 'router', 'spoke', 'service-route', 'new']), undefined);
    const [first] = draft.check().diagnostics ?? [];
    match(first.message, /service-route 'new' needs a service-name/);
    equal(draft.set(['authority', 'router', 'spoke', 'service-route', 'new', 'service-name', 'web']), undefined);
    equal(draft.set(['authority', 'router', 'spoke', 'service-route', 'new', 'peer', 'hub']), undefined);
    ok(draft.check().authority);
  });

  it('deletes a value, a leaf, a container and an item', () => {
    const draft = draftOf();
    equal(draft.delete(['authority', 'service', 'web', 'address', '10.2.0.0/24']), undefined);
    deepEqual(words(draft, ['authority', 'service']), ['web', 'questions', 'echo', 'pushes']);
    equal(draft.delete(['authority', 'service', 'web']), undefined);
    deepEqual(words(draft, ['authority', 'service']), ['questions', 'echo', 'pushes']);
    equal(draft.delete(RECOVERY), undefined);
    equal(draft.content().sessionRecoveryDetection.mode, 'packet-based');
  });

  it('says what is wrong with a path, and what is near, and stays as it was', () => {
    const draft = draftOf();
    const before = draft.format();
    const wrong: [string | undefined, RegExp][] = [
      [
        draft.set([...RECOVERY, 'inactivity-timeout', '99']),
        /must be a whole number of seconds from 1 to 30, not '99'/,
      ],
      [draft.set([...RECOVERY, 'mode', 'packet-base']), /did you mean 'packet-based'\?/],
      [draft.set(['authority', 'servise', 'x']), /there is no 'servise' in authority; did you mean 'service'\?/],
      [draft.delete(['authority', 'service', 'wep']), /is not there; did you mean 'web'\?/],
      [draft.delete([...RECOVERY, 'moed']), /did you mean 'mode'\?/],
      [draft.delete(['authority', 'service']), /service needs name behind it/],
      [draft.delete(['authority', 'service', 'web', 'name']), /is what service 'web' is known by/],
      [draft.delete(['authority', 'service', 'web', 'description']), /is not there/],
    ];
    for (const [problem, expected] of wrong) match(problem ?? 'nothing', expected);
    equal(draft.format(), before);
  });

  it('knows what a path leads to', () => {
    const draft = draftOf();
    const kinds = (path: string): string => draft.target(path.split(' ')).kind;
    equal(kinds('authority'), 'block');
    equal(kinds('authority service web'), 'block');
    equal(kinds('authority service'), 'nothing');
    equal(kinds('authority service web enabled'), 'leaf');
    equal(kinds('authority service web enabled false'), 'value');
    equal(kinds('authority nothing'), 'nothing');
  });

  it('offers elements, keys, words and the names that a leaf refers to', () => {
    const draft = draftOf();
    ok(words(draft, ['authority', 'service', 'web']).includes('access-policy'));
    ok(!words(draft, ['authority', 'service', 'web']).includes('name'), 'the key stands in the path');
    deepEqual(words(draft, [...RECOVERY, 'mode']), ['packet-based', 'inactivity-based']);
    deepEqual(words(draft, ['authority', 'service', 'web', 'service-policy']), ['plain']);
    deepEqual(words(draft, ['authority', 'router', 'spoke', 'service-route', 'web', 'service-name']), [
      'web',
      'questions',
      'echo',
      'pushes',
    ]);
  });
});

describe('the changes between two configurations', () => {
  const before = labConfiguration();
  const lines = (edit: (text: string) => string): string[] =>
    configurationChanges(before, labConfiguration({ edit })).map(
      ({ path, before: old = '(default)', after = '(default)', needsRestart }) =>
        `${path}: ${old} -> ${after}${needsRestart ? ', restart' : ''}`,
    );

  it('are none between like ones', () =>
    deepEqual(
      lines((text) => text),
      [],
    ));

  it('name leaves, blocks with what stands in them, and values of lists', () => {
    deepEqual(
      lines((text) =>
        text
          .replace('inactivity-timeout 5', 'inactivity-timeout 2')
          .replace('tenant servers\nexit', 'tenant servers\nexit\ntenant guests\ndescription few\nexit')
          .replace('address 10.2.0.0/24\n', 'address 10.2.0.0/16\n'),
      ),
      [
        'authority session-recovery-detection inactivity-timeout: (default) -> 2',
        'authority tenant guests: (default) -> ',
        'authority tenant guests description: (default) -> few',
        'authority service web address: 10.2.0.0/24 -> (default)',
        'authority service web address: (default) -> 10.2.0.0/16',
      ],
    );
  });

  it('say what routers read only when they start', () => {
    const grown = labConfiguration({ emulator: { 'session-table-size': '7' } });
    deepEqual(restartReasons(before, grown), [
      "changing 'authority emulator session-table-size' from its default to 7 needs a restart",
    ]);
    deepEqual(restartReasons(before, before), []);
  });
});
