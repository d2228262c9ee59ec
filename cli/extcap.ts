import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { systemError } from '../daemon/system-error.ts';
import { version } from '../daemon/version.ts';
import { formatTotals, untilSignal } from './capture.ts';
import { InputError } from './exit.ts';
import { filterOf, selection } from './filter.ts';
import type { CapturePlace, LiveLab, LiveLabs } from './live-labs.ts';
import type { Terminal } from './terminal.ts';

interface ExtcapOptions {
  readonly extcapInterfaces?: true;
  readonly extcapDlts?: true;
  readonly extcapConfig?: true;
  readonly extcapInterface?: string;
  readonly extcapCaptureFilter?: string;
  readonly capture?: true;
  readonly fifo?: string;
}

/** A lab, or one node of it, as an interface of Wireshark's. */
interface ExtcapInterface {
  readonly value: string;
  readonly display: string;
  readonly lab: LiveLab;
  readonly places: readonly CapturePlace[];
}

/**
 * What Wireshark calls to learn of the labs that are up and to capture there, by its extcap interface: each lab is an
 * interface, and each of its nodes is one.
 */
export function extcapCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('extcap')
    .summary("what Wireshark calls to show a lab's nodes among its interfaces")
    .description("Speaks Wireshark's extcap interface. Wireshark calls it; 'svrlab capture' is for people.")
    .option('--extcap-interfaces', 'list the interfaces')
    .option('--extcap-dlts', 'list the link types of an interface')
    .option('--extcap-config', 'list the options of an interface')
    .option('--extcap-interface <name>', 'which interface')
    .option('--extcap-version <version>', 'version of Wireshark; changes nothing')
    .option('--extcap-capture-filter <filter>', "only packets for which this holds: a filter of 'svrlab read'")
    .option('--capture', 'capture')
    .option('--fifo <file>', 'where the packets go')
    .addHelpText('after', '\nExample:\n  svrlab extcap --extcap-interfaces')
    .action(async (options: ExtcapOptions) => {
      const interfaces = (await labs.all()).flatMap(interfacesOf);
      if (options.extcapInterfaces) return terminal.out(listing(interfaces));
      if (options.extcapDlts) return terminal.out('dlt {number=1}{name=EN10MB}{display=Ethernet}\n');
      // There is nothing to choose.
      if (options.extcapConfig) return;
      const filter = options.extcapCaptureFilter ? filterOf(options.extcapCaptureFilter) : undefined;
      // Wireshark asks in this way whether a filter makes sense, as it is typed.
      if (filter && !options.capture) return;
      if (!options.extcapInterface)
        throw new InputError('this is called by Wireshark; --extcap-interfaces lists what can be captured');
      const chosen = interfaces.find(({ value }) => value === options.extcapInterface);
      if (!chosen) throw new InputError(`there is no interface '${options.extcapInterface}': is the lab up?`);
      if (!options.capture || options.fifo === undefined)
        throw new InputError("this is called by Wireshark; to capture, use 'svrlab capture'");
      const { fifo } = options;
      const sink = createWriteStream(fifo);
      await once(sink, 'ready').catch((error: Error) => {
        throw systemError(`write to '${fifo}'`, error);
      });
      await untilSignal(async (signal) => {
        const totals = await chosen.lab.capture(chosen.places, sink, {
          signal,
          ...(filter && { wants: selection(filter) }),
        });
        terminal.err(formatTotals(totals));
      });
      if (sink.destroyed) return;
      sink.end();
      await finished(sink);
    });
}

function interfacesOf(lab: LiveLab): ExtcapInterface[] {
  const up = lab.nodes.filter(({ isUp }) => isUp);
  const everything = up.map(({ name }) => ({ node: name, ports: [] }));
  return [
    { value: `svrlab:${lab.name}`, display: `svrlab: all of lab ${lab.name}`, lab, places: everything },
    ...up.map(({ name, kind }) => ({
      value: `svrlab:${lab.name}:${name}`,
      display: `svrlab: ${kind} ${name} of lab ${lab.name}`,
      lab,
      places: [{ node: name, ports: [] }],
    })),
  ];
}

const listing = (interfaces: readonly ExtcapInterface[]): string =>
  [
    `extcap {version=${version}}`,
    ...interfaces.map(({ value, display }) => `interface {value=${value}}{display=${display}}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
