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

/** What one router has captured, as pcapng, packets under the numbers that it gives them itself. */
export function sessionCaptureFile(node: string, packets: readonly TakenPacket[]): Buffer {
  const file = new PointsFile([node]);
  for (const packet of packets) file.packet({ ...packet, node, port: packet.point });
  return file.end();
}

/** What routers have captured, of one service or all, as they give it. */
export function askSessionCaptures(clients: readonly NodeClient[], service?: string): Promise<readonly Buffer[]> {
  const query = service === undefined ? {} : { service };
  return Promise.all(clients.map(async (client) => buffer(await client.open('sessionPackets', { query }))));
}

/** Tells what they gave in order of time; times are relative to `epoch`, and ids are those of each router. */
export const readSessionCaptures = (files: readonly Buffer[], epoch: number, sink: PacketSink): void =>
  mergeCaptures(files.map(readerOf), epoch, sink);

interface PacketSink {
  packet(packet: PortPacket): void;
}

/** The same as one file: how many packets, and the file. */
export async function mergedSessionCaptures(
  routers: readonly string[],
  clientOf: (node: string) => NodeClient,
  service?: string,
): Promise<{ readonly packets: number; readonly file: Buffer }> {
  const merged = new PointsFile(routers);
  let packets = 0;
  // The numbers of one router are those of other packets at another.
  const packet = (one: PortPacket): void => {
    packets++;
    merged.packet({ ...one, id: 0 });
  };
  readSessionCaptures(await askSessionCaptures(routers.map(clientOf), service), 0, { packet });
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
