import { LabError } from '../../lib/lab/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { Failure } from '../../lib/host/failures.ts';
import { runProgram } from '../fabric/ip.ts';

const TABLE = 'inet svrlab';

/** Ports of this host that refuse or reset, as rules of its kernel. */
export class FailingServices {
  readonly #failures = new Map<number, Failure>();

  /** Port 0 stands for all. */
  async set(port: number, failure: Failure | undefined): Promise<void> {
    if (failure) this.#failures.set(port, failure);
    else if (port === 0) this.#failures.clear();
    else this.#failures.delete(port);
    const rules = [...this.#failures].flatMap(([port, failure]) => rulesOf(port, failure));
    const chain = ['chain services {', 'type filter hook input priority 0;', ...rules, '}'].join('\n');
    const script = `table ${TABLE}\ndelete table ${TABLE}\ntable ${TABLE} {\n${chain}\n}\n`;
    const { status, err } = await runProgram('nft', ['-f', '-'], script);
    if (status !== 0) throw new LabError(`nft failed: ${err.trim()}`, 3);
  }
}

function rulesOf(port: number, failure: Failure): string[] {
  const [tcp, udp] = ['tcp', 'udp'].map((protocol) =>
    port === 0 ? `meta l4proto ${protocol}` : `${protocol} dport ${port}`,
  );
  if (failure === 'reset') return [`${tcp} tcp flags & (syn | ack) != syn reject with tcp reset`];
  return [
    `${tcp} tcp flags & (syn | ack) == syn reject with tcp reset`,
    `${udp} reject with icmpx type port-unreachable`,
  ];
}

/** Fails with a LabError that says what mends it where a lab needs nftables, and there is none. */
export async function checkNftables({ timeline }: Scenario): Promise<void> {
  if (!timeline.some(({ action: { kind } }) => kind === 'refuse' || kind === 'reset')) return;
  const { status } = await runProgram('sh', ['-c', 'command -v nft']);
  if (status !== 0)
    throw new LabError("there is no 'nft', by which services refuse and reset: apt-get install --yes nftables", 3);
}
