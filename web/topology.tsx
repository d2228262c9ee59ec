import type { VNode } from 'preact';
import type { DrawnLink, DrawnNode, DrawnPath, Topology } from '../lib/report/topology.ts';
import { useWidth } from './use-width.ts';

const ROW_HEIGHT = 132;
const NODE_HEIGHT = 38;
const LANE_BEND = 46;

/** What every host's only port is called, which need not be said. */
const HOST_PORT = 'eth0';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The lab as a drawing: hosts, routers, middleboxes, links, and the paths between peers beneath the links. */
export function TopologyDrawing({ topology }: { topology: Topology }): VNode {
  const [ref, width] = useWidth<HTMLDivElement>();
  const bends = topology.links.some(({ lanes }) => lanes > 1);
  const height = topology.rows * ROW_HEIGHT + (bends ? LANE_BEND : 0) + 12;
  const columnWidth = width / topology.columns;
  const longest = Math.max(...topology.nodes.map(({ name }) => name.length));
  const nodeWidth = Math.max(longest * 8.4 + 20, Math.min(96, columnWidth * 0.48));
  const places = new Map(
    topology.nodes.map((node): [string, Point] => [
      node.name,
      { x: (node.column + 0.5) * columnWidth, y: (node.row + 0.5) * ROW_HEIGHT + (bends ? LANE_BEND / 2 : 0) },
    ]),
  );
  const at = (name: string): Point => places.get(name) ?? { x: 0, y: 0 };
  const linkNamed = new Map(topology.links.map((link) => [link.name, link]));
  return (
    <div class="topology" ref={ref}>
      <svg viewBox={`0 0 ${width} ${height}`} height={height} role="img" aria-label={describe(topology)}>
        {topology.paths.map((path) => (
          <g class={`status-${statusOf(path)}`} key={path.routers.join() + path.links.join()}>
            {path.links.map((name) => {
              const link = linkNamed.get(name);
              return link && <Strokes class="conduit" link={link} at={at} only={waypoints(path, link)} key={name} />;
            })}
          </g>
        ))}
        {topology.links.map((link) => (
          <Strokes class="wire" link={link} at={at} key={link.name} />
        ))}
        {topology.links.map((link) => (
          <LinkWords link={link} at={at} nodeWidth={nodeWidth} key={link.name} />
        ))}
        {topology.nodes.map((node) => (
          <NodeBox node={node} at={at(node.name)} width={nodeWidth} key={node.name} />
        ))}
      </svg>
      {topology.paths.length > 0 && (
        <ul class="paths">
          {topology.paths.flatMap(({ ends }) =>
            ends.map(({ text, status }) => (
              <li key={text}>
                <span class={`dot ${status}`} />
                {text}
              </li>
            )),
          )}
        </ul>
      )}
    </div>
  );
}

const statusOf = ({ ends }: DrawnPath): string =>
  ends.find(({ status }) => status !== 'up')?.status ?? ends[0]?.status ?? 'standby';

/** On a segment a path concerns only its own two ends, and the middleboxes between. */
const waypoints = ({ routers }: DrawnPath, { ends }: DrawnLink): readonly string[] =>
  ends.length <= 2
    ? ends.map(({ node }) => node)
    : ends.map(({ node }) => node).filter((node) => routers.includes(node));

function Strokes({
  link,
  at,
  only,
  ...rest
}: {
  class: string;
  link: DrawnLink;
  at: (name: string) => Point;
  only?: readonly string[];
}): VNode {
  const ends = link.ends.filter(({ node }) => !only || only.includes(node));
  if (link.ends.length === 2) return <path {...rest} d={curve(at(link.ends[0].node), at(link.ends[1].node), link)} />;
  const middle = middleOf(link, at);
  return (
    <g>
      {ends.map(({ node }) => (
        <path {...rest} d={`M${middle.x} ${middle.y} L${at(node).x} ${at(node).y}`} key={node} />
      ))}
    </g>
  );
}

/** How far a link bends away from the straight line: links between the same nodes lie beside each other. */
const bendOf = ({ lane, lanes }: DrawnLink): number => (lane - (lanes - 1) / 2) * LANE_BEND * 2;

function curve(from: Point, to: Point, link: DrawnLink): string {
  const bend = bendOf(link);
  if (bend === 0) return `M${from.x} ${from.y} L${to.x} ${to.y}`;
  const third = (to.x - from.x) / 3;
  return `M${from.x} ${from.y} C${from.x + third} ${from.y + bend} ${to.x - third} ${to.y + bend} ${to.x} ${to.y}`;
}

function middleOf(link: DrawnLink, at: (name: string) => Point): Point {
  const points = link.ends.map(({ node }) => at(node));
  const mean = (of: (point: Point) => number): number => points.reduce((sum, p) => sum + of(p), 0) / points.length;
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) + bendOf(link) * 0.75 };
}

function LinkWords({
  link,
  at,
  nodeWidth,
}: {
  link: DrawnLink;
  at: (name: string) => Point;
  nodeWidth: number;
}): VNode {
  const { x, y } = middleOf(link, at);
  return (
    <g>
      <text class="halo" x={x} y={y - 20}>
        {link.name}
      </text>
      <text class="small halo" x={x} y={y + 16}>
        {link.about}
      </text>
      {link.ends.map(({ node, port }) => {
        const own = at(node);
        const side = Math.sign(x - own.x);
        if (side === 0 || link.lanes > 1 || port === HOST_PORT) return null;
        return (
          <text
            class="port halo"
            style={{ textAnchor: side > 0 ? 'start' : 'end' }}
            x={own.x + side * (nodeWidth / 2 + 6)}
            y={own.y - 6 + (y - own.y) * 0.2}
            key={node + port}
          >
            {port}
          </text>
        );
      })}
    </g>
  );
}

function NodeBox({ node, at, width }: { node: DrawnNode; at: Point; width: number }): VNode {
  const { name, kind, addresses } = node;
  const shown = addresses.slice(0, 3);
  return (
    <g class={kind}>
      <title>{`${name}, a ${kind}${addresses.length > 0 ? `: ${addresses.join(', ')}` : ''}`}</title>
      <rect
        class="box"
        x={at.x - width / 2}
        y={at.y - NODE_HEIGHT / 2}
        width={width}
        height={NODE_HEIGHT}
        rx={roundness[kind]}
      />
      <text class="name" x={at.x} y={at.y + (kind === 'host' || kind === 'router' ? 4.5 : -1)}>
        {name}
      </text>
      {(kind === 'nat' || kind === 'firewall') && (
        <text class="small" x={at.x} y={at.y + 13}>
          {kind === 'nat' ? 'NAT' : 'firewall'}
        </text>
      )}
      {shown.map((address, i) => (
        <text class="port halo" x={at.x} y={at.y + NODE_HEIGHT / 2 + 14 + i * 13} key={address}>
          {i === 2 && addresses.length > 3 ? `and ${addresses.length - 2} more` : address}
        </text>
      ))}
    </g>
  );
}

const roundness: Readonly<Record<DrawnNode['kind'], number>> = {
  host: 4,
  router: 19,
  nat: 4,
  firewall: 4,
  attacker: 4,
};

/** The drawing in words. */
function describe({ nodes, links }: Topology): string {
  const kinds = nodes.map(({ name, kind }) => `${name}, a ${kind}`);
  const wires = links.map(({ name, ends }) => `${name} joins ${ends.map(({ node }) => node).join(' and ')}`);
  return `The lab: ${kinds.join('; ')}. Links: ${wires.join('; ')}.`;
}
