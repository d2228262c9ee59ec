import type { Authority } from '../config/index.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { impliedExpectations } from './implied.ts';
import { readAttacks } from './read/attacks.ts';
import { readOverlaid } from './read/configure.ts';
import { Value, YamlFile } from './read/document.ts';
import type { Fields } from './read/document.ts';
import { readExpectations } from './read/expectations.ts';
import * as forms from './read/forms.ts';
import { Override } from './read/override.ts';
import { readTimeline } from './read/timeline.ts';
import { readTopology } from './read/topology.ts';
import { readTraffic } from './read/traffic.ts';
import { readConvergence } from './read/convergence.ts';
import type { Scenario } from './scenario.ts';

/** A text with the name that messages give it. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/**
 * Fetches a file that another one names, by its path relative to that one; undefined if there is none. What it returns
 * as `file` is how messages name it, and what further paths are relative to.
 */
export type Resolve = (path: string, from: string) => SourceText | undefined;

/** Either a whole scenario, or everything that is wrong, with the text of every file that a message is about. */
export type ParsedScenario =
  | { readonly scenario: Scenario; readonly diagnostics?: undefined }
  | {
      readonly scenario?: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: ReadonlyMap<string, string>;
    };

/** The keys of a scenario. */
export const scenarioFields = [
  'name',
  'about',
  'lab',
  'configure',
  'seed',
  'duration',
  'traffic',
  'attacks',
  'timeline',
  'expect',
  'converge-within',
] as const;
/** The keys of a lab, of which each is needed. */
export const labFields = ['nodes', 'links', 'configuration'] as const;

const DEFAULT_SEED = 1;

/**
 * Reads a scenario with the lab and the configuration that it names. Never throws.
 *
 * @param overrides `KEY=VALUE`, each of which is read in the place of what the scenario says
 */
export function parseScenario(
  text: string,
  file: string,
  resolve: Resolve,
  overrides: readonly string[] = [],
): ParsedScenario {
  return new ScenarioReader(resolve, overrides).read({ file, text });
}

class ScenarioReader {
  readonly #resolve: Resolve;
  readonly #overrides: readonly Override[];
  readonly #files: YamlFile[] = [];
  readonly #sources = new Map<string, string>();
  readonly #configurationDiagnostics: Diagnostic[] = [];

  constructor(resolve: Resolve, overrides: readonly string[]) {
    this.#resolve = resolve;
    this.#overrides = overrides.map((text) => new Override(text));
    for (const { file } of this.#overrides) {
      this.#files.push(file);
      this.#sources.set(file.file, file.text);
    }
  }

  read(source: SourceText): ParsedScenario {
    const scenario = this.#readScenario(source);
    const diagnostics = [...this.#configurationDiagnostics, ...this.#files.flatMap((file) => file.diagnostics)];
    if (scenario && diagnostics.length === 0) return { scenario };
    return { diagnostics, sources: this.#sources };
  }

  #readScenario(source: SourceText): Scenario | undefined {
    const root = this.#open(source);
    if (!root) return undefined;
    const labValue = root.child('lab');
    const labRoot = labValue && this.#openLab(labValue);
    const lines = this.#overrides.filter((override) => !override.isWrong && !override.put(root, labRoot));
    const fields = root.fields('a scenario', scenarioFields);
    fields.need('lab');
    const heading = {
      name: fields.required('name', forms.name),
      about: fields.required('about', forms.line),
      seed: fields.optional('seed', forms.wholeNumber(0, 0xffff_ffff), DEFAULT_SEED),
      duration: fields.required('duration', forms.span),
    };
    const lab = labRoot?.fields('a lab', labFields);
    const configure = fields.get('configure')?.items() ?? [];
    const authority = lab && this.#readConfiguration(lab, configure, lines);
    // Without nodes and routers every name in the rest would seem wrong.
    return lab && authority && readLab(heading, fields, lab, authority);
  }

  #open(source: SourceText): Value | undefined {
    const file = new YamlFile(source.file, source.text);
    this.#files.push(file);
    this.#sources.set(source.file, source.text);
    return file.root;
  }

  /** The lab stands in a file of its own, or in the scenario itself. */
  #openLab(value: Value): Value | undefined {
    if (value.isMap) return value;
    const source = this.#fetch(value, 'the file of a lab, or the lab itself');
    return source && this.#open(source);
  }

  #fetch(value: Value, what: string): SourceText | undefined {
    const path = value.read({ ...forms.line, describes: what });
    if (path === undefined) return undefined;
    const source = this.#resolve(path, value.file.file);
    if (!source) value.wrong(`there is no file '${path}'`, 'a path is relative to the file that it stands in');
    return source;
  }

  /** The lab's configuration with the scenario's own lines behind it, and those of overrides behind them. */
  #readConfiguration(lab: Fields, lines: readonly Value[], overrides: readonly Override[]): Authority | undefined {
    const value = lab.need('configuration');
    if (!value) return undefined;
    const block = value.block;
    const source = block === undefined ? this.#fetch(value, 'the file of a configuration') : undefined;
    const base = block ?? source?.text;
    if (base === undefined) return undefined;
    if (source) this.#sources.set(source.file, source.text);

    const texts = lines.flatMap(({ text }) => text ?? []);
    const further = overrides.flatMap((override) => override.line(base, texts) ?? []);
    if (further.length < overrides.length) return undefined;
    return readOverlaid(base, [...lines, ...further], (diagnostic) =>
      this.#configurationDiagnostics.push({ ...diagnostic, file: source?.file ?? value.file.file }),
    );
  }
}

type Heading = Pick<Scenario, 'name' | 'about' | 'seed' | 'duration'>;

function readLab(heading: Heading, fields: Fields, lab: Fields, authority: Authority): Scenario {
  const topology = readTopology(lab, authority);
  const { duration } = heading;
  const traffic = readTraffic(fields.get('traffic'), topology.nodes, duration);
  const attacks = readAttacks(fields.get('attacks'), { ...topology, traffic, authority, duration });
  const timeline = readTimeline(fields.get('timeline'), { ...topology, authority, traffic, attacks, duration });
  const written = readExpectations(fields.get('expect'), { ...topology, traffic, attacks, timeline, duration });
  const expectations = [
    ...written,
    ...impliedExpectations(written, { ...topology, attacks, traffic, authority, timeline }),
  ];
  const convergeWithin = readConvergence(fields, authority);
  return { ...heading, ...topology, authority, traffic, attacks, timeline, expectations, convergeWithin };
}
