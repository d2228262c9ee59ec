import { buffer } from 'node:stream/consumers';
import { CaptureFile, mergeCaptures, type PortPacket } from '../lib/capture/capture-file.ts';
import { CaptureReader } from '../lib/capture/capture-reader.ts';
import { capturePoints, type TakenPacket } from '../lib/highway/capture-points.ts';
import type { NodeClient } from './fabric/node-client.ts';
import { version } from './version.ts';

/** Writes a capture whose interfaces are the capture points of routers, `node:point`; times are absolute. */
class PointsFile {
  readonly #chunks: Buffer[] = [];
  readonly #capture: CaptureFile;

  constructor(routers: readonly string[]) {
    this.#capture = new CaptureFile(
      { write: (bytes) => this.#chunks.push(Buffer.from(bytes)) },
      {
        application: `svrlab ${version}`,
        comments: [`session captures of ${routers.join(', ')}`],
        epoch: () => 0,
        ports: routers.flatMap((node) => capturePoints.map((port) => ({ node, port }))),
        names: [],
      },
    );
  }

  packet(packet: PortPacket): void {
    this.#capture.packet(packet);
  }

  end(): Buffer {
    this.#capture.close();
    return Buffer.concat(this.#chunks);
  }
}

/** What one router has captured, as pcapng. Ids are left out: those of another router name other packets. */
export function sessionCaptureFile(node: string, packets: readonly TakenPacket[]): Buffer {
  const file = new PointsFile([node]);
  for (const packet of packets) file.packet({ ...packet, node, port: packet.point, id: 0 });
  return file.end();
}

/** What several routers have captured, told in order of time; times are relative to `epoch`. */
export async function readSessionCaptures(
  clients: readonly NodeClient[],
  epoch: number,
  sink: { packet(packet: PortPacket): void },
  service?: string,
): Promise<void> {
  const query = service === undefined ? {} : { service };
  const files = await Promise.all(
    clients.map(async (client) => buffer(await client.open('sessionPackets', { query }))),
  );
  mergeCaptures(files.map(readerOf), epoch, sink);
}

/** The same as one file: how many packets, and the file. */
export async function mergedSessionCaptures(
  routers: readonly string[],
  clientOf: (node: string) => NodeClient,
  service?: string,
): Promise<{ readonly packets: number; readonly file: Buffer }> {
  const merged = new PointsFile(routers);
  let packets = 0;
  const packet = (one: PortPacket): void => {
    packets++;
    merged.packet(one);
  };
  await readSessionCaptures(routers.map(clientOf), 0, { packet }, service);
  return { packets, file: merged.end() };
}

function readerOf(file: Buffer): CaptureReader {
  let at = 0;
  const read = (target: Uint8Array): number => {
    const count = file.copy(target, 0, at);
    at += count;
    return count;
  };
  return new CaptureReader({ read });
}
