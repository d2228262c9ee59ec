import { join } from 'node:path';
import { wallClock } from '../../daemon/clock.ts';
import { NodeTape } from '../../daemon/node-tape.ts';
import { Recording, recordingPaths } from '../../daemon/recording.ts';
import { SeededRandom } from '../../lib/random.ts';
import { loadScenario } from './lab-files.ts';

/** The name of the node that this program records as, into the folder that it is told, until it is killed. */
export const RECORDED_NODE = 'nat';

/** Writes a line when a little has been recorded, far less than is written at once. */
function record(folder: string): void {
  const epoch = wallClock();
  const recording = new Recording(folder, RECORDED_NODE, 0, epoch);
  const about = { time: 1, node: RECORDED_NODE };
  recording.event({ ...about, type: 'started' });
  const bytes = Uint8Array.of(1, 2, 3);
  recording.packet({ ...about, port: 'inside', direction: 'in', id: 7, bytes, comments: [] });
  const { nodes } = loadScenario('scenarios/nat-rebind.yaml');
  const described = nodes.find(({ kind }) => kind === 'nat');
  if (described?.kind !== 'nat') throw new Error('there is no NAT in this lab');
  const tape = new NodeTape(recordingPaths(folder, RECORDED_NODE, 0).tape, {
    ...{ version: 'test', described, startedAt: epoch, macs: [], hasStore: false },
  });
  tape.random(new SeededRandom(1)).below(9);
  process.stdout.write('recorded\n');
  setInterval(() => undefined, 1_000);
}

const [, program, folder] = process.argv;
if (program === join(import.meta.dirname, 'recorder-process.js')) record(folder);
