import { Command, Option } from 'commander';
import { untilSignal } from './capture.ts';
import { InputError } from './exit.ts';
import { chooseLab, chooseNodes, type LiveLab, type LiveLabs, type LiveNode } from './live-labs.ts';
import { loadScenario } from './load-scenario.ts';
import { readSeed } from './run.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const examples = `
Examples:
  sudo ./svrlab lab up session-recovery
  sudo ./svrlab lab exec client -- ping -c 3 10.2.0.10
  sudo ./svrlab lab exec server -- iperf3 --server --one-off
  sudo ./svrlab show sessions --node spoke
  sudo ./svrlab lab down`;

export function labCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('lab')
    .summary('a lab that stays up, to play with')
    .description(
      'Brings up the nodes and links of a scenario, without its traffic, attacks and timeline, and lets them live.',
    )
    .addHelpText('after', examples)
    .enablePositionalOptions()
    .addCommand(upCommand(terminal, labs))
    .addCommand(statusCommand(terminal, labs))
    .addCommand(execCommand(labs))
    .addCommand(serveCommand(terminal, labs))
    .addCommand(downCommand(terminal, labs));
}

const labOption = (): Option => new Option('--lab <name>', 'which lab, if several are up');

function upCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('up')
    .summary('bring a lab up')
    .description('Brings up the nodes and links of a scenario. They live until svrlab lab down.')
    .argument('<scenario>', 'file or name of a scenario')
    .addOption(new Option('--fabric <name>', 'where the lab lives').choices(['netns', 'compose']).default('netns'))
    .option('--name <name>', 'what the lab is called (default: as the scenario)')
    .option('--seed <number>', 'chance of links that lose or delay', readSeed)
    .addHelpText('after', '\nExample:\n  sudo ./svrlab lab up session-recovery --name mine')
    .action(async (scenarioName: string, options: { fabric: LiveLab['fabric']; name?: string; seed?: number }) => {
      const { path, scenario } = loadScenario(scenarioName);
      const { fabric, seed, name = scenario.name } = options;
      if ((await labs.all()).some((lab) => lab.name === name))
        throw new InputError(`lab '${name}' is up already; 'svrlab lab down --lab ${name}' takes it down`);
      const lab = await labs.up({ name, fabric, scenarioPath: path, seed });
      const host = lab.nodes.find((node) => node.kind === 'host')?.name ?? lab.nodes[0].name;
      terminal.out(
        `${formatNodes([lab], terminal)}\n\nLab '${name}' is up. Go on with\n` +
          `  svrlab lab exec ${host} -- ip address\n  svrlab show sessions\n  svrlab lab down\n`,
      );
    });
}

function statusCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('status')
    .summary('list the labs that are up, and their nodes')
    .description('Lists the labs that are up, with their nodes, and whether these answer.')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  svrlab lab status --json | jq .[].nodes')
    .action(async (options: { json?: true }) => {
      const all = await labs.all();
      if (options.json) {
        const shown = all.map(({ name, fabric, owner, nodes }) => ({ name, fabric, owner, nodes }));
        terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
      } else {
        terminal.out(all.length > 0 ? `${formatNodes(all, terminal)}\n` : 'No lab is up.\n');
      }
    });
}

function execCommand(labs: LiveLabs): Command {
  return new Command('exec')
    .summary('run a program at a node')
    .description(
      "Runs a program at a node of a lab, on this terminal. The exit status is the program's, 127 if there is no such program.",
    )
    .argument('<node>', 'name of a node')
    .argument('<command...>', 'the program and its arguments')
    .addOption(labOption())
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  sudo ./svrlab lab exec client -- curl http://10.2.0.10/')
    .action(async (nodeName: string, words: string[], options: { lab?: string }) => {
      const program = words[0] === '--' ? words.slice(1) : words;
      if (program.length === 0) throw new InputError('name a program behind --, such as: ping -c 3 10.2.0.10');
      const lab = await chooseLab(labs, options.lab);
      const [node] = chooseNodes(lab, nodeName);
      process.exitCode = await lab.exec(node.name, program);
    });
}

function serveCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('serve')
    .summary('serve the API of all nodes, and their metrics, on TCP')
    .description(
      'Serves /nodes, /nodes/NAME/... and /metrics until Ctrl-C, to those who show the token that is in the environment\n' +
        'variable SVRLAB_API_TOKEN: authorization: Bearer TOKEN.',
    )
    .addOption(labOption())
    .option('--listen <host:port>', 'where', '127.0.0.1:9464')
    .addHelpText('after', '\nExample:\n  sudo SVRLAB_API_TOKEN=$(openssl rand -hex 16) ./svrlab lab serve')
    .action(async ({ lab: name, listen }: { lab?: string; listen: string }) => {
      const lab = await chooseLab(labs, name);
      const front = await lab.serve(listen);
      terminal.err(`Lab '${lab.name}' is served at http://${listen}/nodes and http://${listen}/metrics\n`);
      await untilSignal((signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())));
      await front.close();
    });
}

function downCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('down')
    .summary('take a lab down, and leave nothing behind')
    .description('Ends all nodes of a lab, and removes what was made for it.')
    .addOption(labOption())
    .option('--all', 'take down every lab, whoever has it; fine if there is none')
    .addHelpText('after', '\nExamples:\n  sudo ./svrlab lab down\n  sudo ./svrlab lab down --all')
    .action(async (options: { lab?: string; all?: true }) => {
      const chosen = options.all ? await labs.all() : [await chooseOwnLab(labs, options.lab)];
      for (const lab of chosen) {
        await lab.down();
        terminal.out(`Lab '${lab.name}' is down.\n`);
      }
    });
}

/** One that is somebody else's, or that a run uses, has to be named. */
async function chooseOwnLab(labs: LiveLabs, name: string | undefined): Promise<LiveLab> {
  const lab = await chooseLab(labs, name);
  if (name !== undefined || lab.claim === undefined) return lab;
  throw new InputError(
    `the only lab that is up, '${lab.name}', ${lab.claim}; 'svrlab lab down --lab ${lab.name}' takes it down all the same`,
  );
}

function formatNodes(labs: readonly LiveLab[], { paint }: Terminal): string {
  const rows = labs.flatMap((lab) => lab.nodes.map((node) => ({ lab, node })));
  return formatTable<{ lab: LiveLab; node: LiveNode }>(
    [
      { title: 'Lab', of: ({ lab }) => lab.name },
      { title: 'Fabric', of: ({ lab }) => lab.fabric },
      { title: 'Owner', of: ({ lab }) => lab.owner },
      { title: 'Node', of: ({ node }) => node.name },
      { title: 'Kind', of: ({ node }) => node.kind },
      { title: 'State', of: ({ node }) => (node.isUp ? paint('good', 'up') : paint('bad', 'down')) },
    ],
    rows,
  );
}
