/** Where frames of a capture were taken: an interface of the file. */
export interface CaptureInterface {
  /** As the file has it: 'spoke:wan' in the captures of a lab. */
  readonly name: string;
  /** What stands before the last colon of the name; empty if there is none. */
  readonly node: string;
  /** What stands behind it. */
  readonly port: string;
  /** What the frames begin with, by its LINKTYPE number: 1 is Ethernet. */
  readonly linkType: number;
}

/** One packet as a capture has it. Readers reuse the object: it is valid until the next packet is read. */
export interface CapturedFrame {
  /** When it was taken: whole seconds since the Unix epoch, and nanoseconds within them. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly at: CaptureInterface;
  /** Undefined if the capture does not say. */
  readonly direction: 'in' | 'out' | undefined;
  /** Follows a packet from hop to hop; 0 for none. */
  readonly id: number;
  /** The packet is bytes[start, end). */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Bytes that it had on the wire: more than were captured, if it was cut. */
  readonly originalLength: number;
  /** What the capture says of it, decoded when asked for. */
  comments(): readonly string[];
}

/** A copy that outlives the next packet. */
export function keptFrame(frame: CapturedFrame): CapturedFrame {
  const { seconds, nanoseconds, at, direction, id, originalLength } = frame;
  const bytes = frame.bytes.slice(frame.start, frame.end);
  const [start, end] = [0, bytes.length];
  const told = frame.comments();
  return { seconds, nanoseconds, at, direction, id, bytes, start, end, originalLength, comments: () => told };
}

/** Numbers of link types (pcap-linktype) whose frames are understood. */
export const linkTypes = { ethernet: 1, rawIp: 101, cooked: 113, ipv4: 228, ipv6: 229 } as const;

/** Takes an interface's name apart. */
export function captureInterface(name: string, linkType: number): CaptureInterface {
  const colon = name.lastIndexOf(':');
  return { name, node: name.slice(0, Math.max(0, colon)), port: name.slice(colon + 1), linkType };
}
