import { formatConfiguration, parseConfiguration, type Authority } from '../config/index.ts';
import type { CryptoProvider } from '../crypto.ts';
import type { Device } from '../device.ts';
import { makeMiddlebox } from '../lab/middlebox.ts';
import type { MiddleboxNode, RouterNode } from '../lab/scenario.ts';
import { Router } from '../router.ts';
import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { fromPlainText, toPlainText } from './plain-text.ts';
import type { Surroundings } from './replay.ts';

/** What a tape says of the node that it was recorded at: all that its device was made from. */
export interface TapedNode {
  /** Of svrlab, when it was recorded. */
  readonly version: string;
  readonly described: RouterNode | MiddleboxNode;
  readonly startedAt: Instant;
  /** Link addresses of its ports, in their order. */
  readonly macs: readonly Uint8Array[];
  /** Of a router. */
  readonly authority?: Authority;
  /** Whether it shares a store with another node. */
  readonly hasStore: boolean;
}

export function formatTapedNode({ authority, ...node }: TapedNode): string {
  return toPlainText({ ...node, ...(authority && { configuration: formatConfiguration(authority) }) });
}

/** Undefined if the text is no header of ours. */
export function readTapedNode(header: string): TapedNode | undefined {
  try {
    const { configuration, ...node } = fromPlainText(header) as TapedNode & { configuration?: string };
    const authority = configuration === undefined ? undefined : parseConfiguration(configuration, 'tape').authority;
    const isWhole = node.described.kind !== 'router' || authority !== undefined;
    return isWhole ? { ...node, ...(authority && { authority }) } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The node's device as it was before anything entered it. */
export function makeDevice(taped: TapedNode, around: Surroundings, crypto: CryptoProvider, trace: Trace): Device {
  const { described, startedAt, macs, authority, hasStore } = taped;
  const { wire, random, store } = around;
  if (described.kind !== 'router' || !authority) {
    const [inside, outside] = macs;
    return makeMiddlebox(described as MiddleboxNode, { macs: [inside, outside], wire, random, trace });
  }
  return new Router({
    authority,
    router: described.router,
    node: described.node,
    ...(hasStore && { store }),
    ports: described.ports.map((name, i) => ({ name, mac: macs[i] })),
    ...{ startedAt, wire, crypto, random, trace },
  });
}
