import { deepEqual, equal, ok } from 'node:assert/strict';
import { formatConfiguration, parseConfiguration } from '../../../lib/config/configuration.ts';
import { complete } from '../../../lib/config/draft.ts';
import { readLine, writeWord } from '../../../lib/config/lexer.ts';
import { container, list } from '../../../lib/config/schema/element.ts';
import { boolean, duration, enumeration, identifier, integer, text } from '../../../lib/config/schema/leaf.ts';
import { readText } from '../../../lib/config/ssr-text.ts';
import type { Authority } from '../../../lib/config/types.ts';
import { Diagnostics, formatDiagnostics } from '../../../lib/diagnostic.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';

function parse(source: string): Authority {
  const { authority, diagnostics } = parseConfiguration(source, 'test.conf');
  ok(authority, diagnostics && formatDiagnostics(diagnostics, source));
  return authority;
}

describe('configuration text', () => {
  it('is all defaults when it says nothing', () => {
    const authority = parse('# nothing\n\n');
    deepEqual(authority.sessionRecoveryDetection, { mode: 'packet-based', inactivityTimeout: seconds(5) });
    deepEqual(authority.emulator, {
      metadataEncoding: 'protobuf',
      acknowledgementTimeout: milliseconds(1000),
      healthCheckAttempts: 3,
      disableMetadataDelay: milliseconds(200),
      hmacTimeWindow: seconds(2),
      peerLoadLifetime: seconds(60),
      replayCacheSize: 65_536,
      dontFragment: 'carry',
      reassemblyTimeout: seconds(2),
      reassemblyPackets: 256,
      pathMtuProbeTimeout: seconds(1),
      reassemblyBytes: 1_048_576,
      sessionTableSize: 25_000,
      arpTimeout: seconds(300),
      arpQueueLength: 8,
      redundancyDetectionTime: seconds(1),
    });
    deepEqual([authority.name, authority.tenants, authority.routers], ['Authority', [], []]);
    equal(formatConfiguration(authority), 'config\n    authority\n    exit\nexit\n');
  });

  it('means the same as nested blocks, as one line each, and without config', () => {
    const nested = parse(`
      config
          authority
              router  hub
                  node  n0
                      enabled  false
                  exit
              exit
          exit
      exit`);
    deepEqual(parse('config authority router hub node n0 enabled false'), nested);
    deepEqual(parse('authority router hub\nnode n0 enabled false\nexit'), nested);
    deepEqual(
      parse('config authority\nrouter hub\nnode n0\nexit\nexit\nexit\nauthority router hub node n0 enabled false'),
      nested,
    );
  });

  it('takes a list key repeated inside its block, and lines in any order', () => {
    const authority = parse('authority\ntenant corp\ndescription x\nname corp\nexit\nexit');
    deepEqual(authority.tenants, [{ name: 'corp', description: 'x' }]);
  });

  it('cuts lines into words, with quotation marks, escapes and comments', () => {
    const found = new Diagnostics('line');
    const line = readLine('\t description  "a \\"b\\" \\\\ \\n#"  c#d "" # e', 7, found.report);
    deepEqual(line, {
      indent: 2,
      words: [
        { text: 'description', line: 7, column: 3, length: 11 },
        { text: 'a "b" \\ \n#', line: 7, column: 16, length: 16 },
        { text: 'c#d', line: 7, column: 34, length: 3 },
        { text: '', line: 7, column: 38, length: 2 },
      ],
    });
    deepEqual(found.list(), []);
    deepEqual(['plain', 'a b', '', '#x', 'say "x"', 'a\\b', 'a\nb\\'].map(writeWord), [
      'plain',
      '"a b"',
      '""',
      '"#x"',
      '"say \\"x\\""',
      'a\\b',
      '"a\\nb\\\\"',
    ]);
  });

  it('says values with their own unit, or with one that comes out whole', () => {
    const timeout = (value: string): unknown =>
      parse(`authority session-type t timeout ${value}`).sessionTypes[0].timeout;
    deepEqual(['1500', '1500ms', '3s'].map(timeout), [1500, 1500, 3000].map(milliseconds));
  });
});

describe('a schema that has grown', () => {
  // The forms that printed configuration takes elsewhere: keys that are paths or numbers, a key leaf with a name of its
  // own, blocks below a leaf of the same block, containers inside containers.
  const schema = container('', {
    system: container('', {
      metrics: container('', {
        profile: list('', ['name'], {
          name: identifier({ required: true, help: '' }),
          retention: enumeration(['short', 'long'], { default: 'short', help: '' }),
        }),
      }),
    }),
    'metrics-profile': list('', ['name'], {
      name: identifier({ required: true, help: '' }),
      metric: list('', ['id'], { id: text({ required: true, help: '' }), description: text({ help: '' }) }),
    }),
    'reachability-profile': list('', ['name'], {
      name: identifier({ required: true, help: '' }),
      protocol: list('', ['protocol-type'], {
        'protocol-type': enumeration(['tcp', 'udp'], { required: true, help: '' }),
        'acceptable-error-threshold': integer(0, 100, { default: 25, help: '' }),
        'time-to-establishment': container('', {
          enabled: boolean({ default: true, help: '' }),
          max: duration('ms', 0, 60_000, { default: milliseconds(500), help: '' }),
        }),
      }),
    }),
  });

  it('needs nothing but its table', () => {
    const found = new Diagnostics('grown.conf');
    const source = `
        metrics-profile  sessions
            name    sessions
            metric  /stats/session/rate
                id           /stats/session/rate
                description  "Sessions a second"
            exit
        exit
        system
            metrics
                profile  sessions
                    retention  long
                exit
            exit
        exit
        reachability-profile  p
            protocol  tcp
                protocol-type               tcp
                acceptable-error-threshold  50
                    time-to-establishment
                        max  250ms
                    exit
            exit
        exit`;
    const { value } = complete(readText(source, schema, found.report), found.report);
    deepEqual(found.list(), []);
    deepEqual(value, {
      system: { metrics: { profiles: [{ name: 'sessions', retention: 'long' }] } },
      metricsProfiles: [
        { name: 'sessions', metrics: [{ id: '/stats/session/rate', description: 'Sessions a second' }] },
      ],
      reachabilityProfiles: [
        {
          name: 'p',
          protocols: [
            {
              protocolType: 'tcp',
              acceptableErrorThreshold: 50,
              timeToEstablishment: { enabled: true, max: milliseconds(250) },
            },
          ],
        },
      ],
    });
  });
});
