import { formatConfiguration, leafPaths, parseOverlaid } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import { YamlFile, type Value } from './document.ts';
import { readDirection, type Joined } from './link-name.ts';

/** Keys of a scenario itself that can be overridden. */
const ownKeys = ['duration'];

/** Maps of a lab and of a scenario whose entries have names, and so can be spoken of. */
const labMaps = ['links', 'nodes'];
const scenarioMaps = ['traffic'];

/** Longer ones are no keys; the reader of YAML has a bound, too. */
const KEY_LENGTH_MAX = 200;

/** The words of a line of configuration: those of its path, or enough of the last ones. */
const CONFIGURATION_PATH = /^[\w.:/-]+( +[\w.:/-]+)*$/;

/** `KEY=VALUE`, laid over a scenario before it is read. */
export class Override {
  readonly file: YamlFile;
  readonly key: string;
  readonly #text: string;
  #choices: readonly string[] = [];

  constructor(text: string) {
    const isPair = text.includes('=');
    this.key = (isPair ? text.slice(0, text.indexOf('=')) : text).trim();
    this.#text = text;
    this.file = new YamlFile(`--set ${this.key}`, text, Math.min(text.indexOf('=') + 1, KEY_LENGTH_MAX));
    if (!isPair) this.#keyValue.wrong('here must be KEY=VALUE', "such as 'wan.loss=1%'");
    else if (this.key === '' || this.key.length >= KEY_LENGTH_MAX) this.#keyValue.wrong('here must be a key');
    else if (text.slice(text.indexOf('=') + 1).trim() === '') this.#keyValue.wrong('here must be a value behind the =');
  }

  get isWrong(): boolean {
    return this.file.diagnostics.length > 0;
  }

  /** What stands before the `=`. */
  get #keyValue(): Value {
    return this.file.scalar(0, this.key.length);
  }

  /** Puts the value where the key leads. False if it leads nowhere in a scenario or a lab: it may be of the configuration. */
  put(scenario: Value, lab: Value | undefined): boolean {
    const place = this.#place(scenario, lab);
    if (!place) {
      this.#choices = choicesOf(this.key, scenario, lab);
      return this.isWrong;
    }
    const value = this.file.root;
    if (value) place.root.put(place.path, value, this.#keyValue);
    return true;
  }

  #place(scenario: Value, lab: Value | undefined): { root: Value; path: readonly string[] } | undefined {
    if (ownKeys.includes(this.key)) return { root: scenario, path: [this.key] };
    const links = lab?.child('links');
    if (lab && links && this.key.includes('->')) {
      const path = this.#directionPath(links);
      return path && { root: lab, path };
    }
    for (const [root, maps] of [[scenario, scenarioMaps] as const, [lab, labMaps] as const]) {
      for (const map of maps) {
        const names = root?.child(map)?.keys ?? [];
        const name = names.find((name) => this.key.startsWith(`${name}.`));
        if (root && name !== undefined)
          return { root, path: [map, name, ...this.key.slice(name.length + 1).split('.')] };
      }
    }
    return undefined;
  }

  /** `spoke -> hub.loss` is a field of a direction of the link that joins the two. */
  #directionPath(links: Value): string[] | undefined {
    const [, target, field] = /^(.*->.*)\.([^.]+)$/.exec(this.key) ?? [];
    if (target === undefined) return void this.#keyValue.wrong('which field of it?', "such as 'spoke -> hub.loss'");
    const found = readDirection(
      this.file.scalar(0, target.length),
      links.keys.map((name) => linkOf(name, links)),
    );
    if (!found) return undefined;
    const known = links.child(found.link)?.child('directions')?.keys ?? [];
    const written = known.find((text) => withoutPorts(text) === withoutPorts(target)) ?? target;
    return ['links', found.link, 'directions', written, field];
  }

  /** The line of configuration that the key means; undefined, and reported, if it means none or several. */
  line(configuration: string, lines: readonly string[]): Value | undefined {
    const words = this.key.split(/ +/);
    const path = words[0] === 'authority' ? words : this.#longPath(words, configuration, lines);
    const value = this.file.root?.text;
    if (value === undefined) this.#keyValue.wrong('here must be one word behind the =');
    if (!path || value === undefined) return undefined;
    return this.file.scalar(0, this.#text.length, `${path.join(' ')} ${value}`);
  }

  #longPath(words: readonly string[], configuration: string, lines: readonly string[]): string[] | undefined {
    const { authority } = parseOverlaid(configuration, lines, 'configuration');
    const paths = authority && CONFIGURATION_PATH.test(this.key) ? leafPaths(formatConfiguration(authority)) : [];
    const found = paths.filter((path) => words.every((word, i) => path.at(i - words.length) === word));
    if (found.length === 1) return found[0];
    if (found.length > 1) {
      const some = found[0].slice(1).join(' ');
      this.#keyValue.wrong(`${quote(this.key)} may be any of ${found.length} lines`, `one of them is '${some}'`);
    } else {
      const last = new Set(paths.map((path) => path[path.length - 1]));
      this.#keyValue.wrong(
        `there is nothing called ${quote(this.key)} to set`,
        suggest(this.key, [...this.#choices, ...last]),
      );
    }
    return undefined;
  }
}

/** What a mistaken key may have been meant to be: of the entries that have names, the same field or one that is there. */
function choicesOf(mistaken: string, scenario: Value, lab: Value | undefined): string[] {
  const same = mistaken.split('.').slice(1).join('.');
  const below = (root: Value | undefined, maps: readonly string[]): string[] =>
    maps.flatMap((map) => {
      const entries = root?.child(map);
      const fieldsOf = (name: string): readonly string[] => [same, ...(entries?.child(name)?.keys ?? [])];
      return (entries?.keys ?? []).flatMap((name) => fieldsOf(name).map((field) => `${name}.${field}`));
    });
  return [...ownKeys, ...below(scenario, scenarioMaps), ...below(lab, labMaps)];
}

/** A link as far as its ends say which one it is. */
function linkOf(name: string, links: Value): Joined {
  const ends = links.child(name)?.child('ends')?.items() ?? [];
  return {
    name,
    ends: ends.map((end) => {
      const [node, port = ''] = (end.text ?? '').split(':');
      return { node, port };
    }),
  };
}

const withoutPorts = (direction: string): string => direction.replaceAll(/:[^\s>]*|\s/g, '');
