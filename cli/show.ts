import { Command } from 'commander';
import { suggest } from '../lib/diagnostic.ts';
import { InputError } from './exit.ts';
import { chooseLab, chooseNodes, type LiveLab, type LiveLabs } from './live-labs.ts';
import {
  formatAlarms,
  formatBfd,
  formatEvents,
  formatFlows,
  formatPeers,
  formatSessions,
  formatStats,
  selectStats,
} from './show-tables.ts';
import { formatHeading } from './table.ts';
import type { Terminal } from './terminal.ts';

interface ShowOptions {
  readonly detail?: true;
  readonly node?: string;
  readonly lab?: string;
  readonly json?: true;
}

/** What one node has to show: for programs, and for people. */
interface Shown {
  readonly data: unknown;
  readonly text: string;
}

type Look = (lab: LiveLab, node: string, options: ShowOptions) => Promise<Shown>;

const examples = `
Examples:
  svrlab show sessions
  svrlab show flows --node hub
  svrlab show peers --detail
  svrlab show alarms
  svrlab show stats packet-processing action success metadata
  svrlab show config --node spoke
  svrlab show sessions --json | jq .spoke`;

export function showCommand(terminal: Terminal, labs: LiveLabs): Command {
  const nodeByNode = (name: string, summary: string, look: Look): Command =>
    withOptions(new Command(name).summary(summary)).action(async (options: ShowOptions) => {
      const lab = await chooseLab(labs, options.lab);
      const shown: [string, Shown][] = [];
      for (const node of chooseNodes(lab, options.node, ['router']))
        shown.push([node.name, await look(lab, node.name, options)]);
      if (options.json) {
        const data = Object.fromEntries(shown.map(([node, { data }]) => [node, data]));
        terminal.out(`${JSON.stringify(data, null, 2)}\n`);
      } else {
        const texts = shown.map(([node, { text }]) => `${formatHeading(`Node: ${node}`)}\n${text.trimEnd()}\n`);
        terminal.out(texts.join('\n'));
      }
    });
  return new Command('show')
    .summary('what the routers of a lab that is up know: sessions, flows, peers, bfd, alarms, events, stats, config')
    .description("Shows what the routers of a lab that is up know, in the manner of SSR's operator commands.")
    .addHelpText('after', examples)
    .addCommand(
      nodeByNode('sessions', 'both directions of every session', async (lab, node) => {
        const data = await lab.sessions(node);
        return { data, text: formatSessions(data) };
      }),
    )
    .addCommand(
      nodeByNode('flows', 'the flow table: keys, actions, counts', async (lab, node) => {
        const data = await lab.flows(node);
        return { data, text: formatFlows(data) };
      }),
    )
    .addCommand(
      nodeByNode('peers', 'the paths to peers, and whether they are up', async (lab, node, { detail }) => {
        const data = await lab.peers(node);
        return { data, text: formatPeers(data, detail === true) };
      }).option('--detail', 'why, and what is measured: latency, jitter, loss, MOS'),
    )
    .addCommand(
      nodeByNode('bfd', 'sessions of plain BFD, with systems beside SVR', async (lab, node) => {
        const data = await lab.bfd(node);
        return { data, text: formatBfd(data) };
      }),
    )
    .addCommand(
      nodeByNode('alarms', 'the alarms that stand', async (lab, node) => {
        const data = await lab.alarms(node);
        return { data, text: formatAlarms(data) };
      }),
    )
    .addCommand(
      nodeByNode('events', 'what happened: paths, peers, alarms', async (lab, node) => {
        const data = await lab.events(node);
        return { data, text: formatEvents(data) };
      }),
    )
    .addCommand(statsCommand(terminal, labs))
    .addCommand(
      nodeByNode('config', 'the running configuration, as SSR text', async (lab, node) => {
        const text = await lab.configuration(node);
        return { data: text, text };
      }),
    );
}

/** Counters of all nodes stand in one table, as SSR shows them. */
function statsCommand(terminal: Terminal, labs: LiveLabs): Command {
  return withOptions(new Command('stats').summary('counters, all or those below some words'))
    .argument('[path...]', 'first words of the counters, such as: packet-processing action success metadata')
    .action(async (words: string[], options: ShowOptions) => {
      const lab = await chooseLab(labs, options.lab);
      const counters: [string, ReadonlyMap<string, number>][] = [];
      for (const node of chooseNodes(lab, options.node, ['router', 'nat', 'firewall']))
        counters.push([node.name, await lab.counters(node.name)]);
      const path = words.join(' ').replaceAll('/', ' ').trim();
      const rows = selectStats(counters, path);
      if (rows.length === 0) throw new InputError(unknownStats(path, counters));
      if (options.json) {
        const ofNode = (name: string): object =>
          Object.fromEntries(rows.filter(({ node }) => node === name).map((row) => [row.path, row.value]));
        const data = Object.fromEntries(counters.map(([node]) => [node, ofNode(node)]));
        terminal.out(`${JSON.stringify(data, null, 2)}\n`);
      } else {
        terminal.out(`${path === '' ? '' : `${path}\n${'-'.repeat(path.length + 1)}\n\n`}${formatStats(rows)}\n`);
      }
    });
}

function unknownStats(path: string, counters: readonly (readonly [string, ReadonlyMap<string, number>])[]): string {
  const metrics = new Set(counters.flatMap(([, values]) => [...values.keys()]));
  const hint = suggest(path, metrics);
  return `there are no counters '${path}'${hint ? `; ${hint}` : ''}`;
}

const withOptions = (command: Command): Command =>
  command
    .option('--node <name>', 'only this router')
    .option('--lab <name>', 'which lab, if several are up')
    .option('--json', 'print JSON: an object with one entry for each node');
