import { readFileSync } from 'node:fs';
import { formatMac, parseMac } from '../../lib/address.ts';
import { Frame, FRAME_LENGTH_MAX, HEADROOM } from '../../lib/frame.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { ETHERNET_HEADER_LENGTH, ETHERNET_PAYLOAD_LENGTH_MIN, prependEthernet } from '../../lib/wire/ethernet.ts';
import { ipBatch } from '../fabric/ip.ts';
import { loadNative, type CapHandle } from './native.ts';
import type { Port, PortStatistics } from './port.ts';

/** The kernel's ring for one port. At an MTU of 1500 it holds some 5,000 frames, where offloads are off; 32 otherwise. */
const RING_BYTES = 8 << 20;

/** Ether type of the Ethernet Configuration Testing Protocol. */
const LOOPBACK_TYPE = 0x9000;

/**
 * Which frames a `CapPort` hands over: those that come from elsewhere, or for an onlooker those that leave as well. A
 * bridge sends with the addresses of others, so that its own frames are not known by their source.
 */
export type CapDirection = 'inbound' | 'inbound-for-bridge' | 'both';

/** The binding leaves what it polls in the event loop, so that a handle that is closed must not be collected. */
const closedHandles: CapHandle[] = [];

/**
 * A port on an interface of this machine's, through libpcap. Promiscuous: the device owns its addresses, the kernel
 * knows none of them.
 */
export class CapPort implements Port {
  readonly name: string;
  readonly mac: Uint8Array;
  readonly #interfaceName: string;
  readonly #direction: CapDirection;
  readonly #frame = Frame.allocate();
  readonly #buffer = this.#frame.bytes;
  #handle: CapHandle | undefined;
  #receive: (frame: Frame) => void = () => undefined;
  #arrivedBefore = 0;
  #received = 0;
  #sent = 0;
  #oversized = 0;
  #refused = 0;

  /** Fails with a `LabError` if there is no such interface. */
  constructor(name: string, interfaceName = name, direction: CapDirection = 'inbound') {
    this.name = name;
    this.#interfaceName = interfaceName;
    this.#direction = direction;
    this.mac = readMac(interfaceName);
  }

  open(receive: (frame: Frame) => void): void {
    this.#receive = receive;
    this.#arrivedBefore = readCount(this.#interfaceName, 'rx_packets');
    if (isUp(this.#interfaceName)) this.#begin();
  }

  hasCarrier(): boolean {
    return hasCarrier(this.#interfaceName);
  }

  resume(): void {
    this.close();
    if (isUp(this.#interfaceName)) this.#begin();
  }

  async setUp(isUp: boolean): Promise<void> {
    // The frames that are on their way in are lost with it.
    if (!isUp) this.close();
    await ipBatch([`link set dev ${this.#interfaceName} ${isUp ? 'up' : 'down'}`]);
  }

  #begin(): void {
    const { Cap } = loadNative('cap');
    const handle = new Cap();
    const frame = this.#frame;
    // cap writes each packet to where a frame begins, so that it has its headroom without being copied.
    const landing = this.#buffer.subarray(HEADROOM, HEADROOM + FRAME_LENGTH_MAX);
    try {
      handle.open(this.#interfaceName, this.#filter, RING_BYTES, landing);
    } catch (error) {
      throw new LabError(`cannot open interface '${this.#interfaceName}': ${(error as Error).message}`, 3);
    }
    handle.on('packet', (length: number, truncated: boolean) => {
      this.#received++;
      if (truncated) {
        this.#oversized++;
        return;
      }
      frame.bytes = this.#buffer;
      frame.start = HEADROOM;
      frame.end = HEADROOM + length;
      frame.id = 0;
      this.#receive(frame);
    });
    this.#handle = handle;
    if (this.#direction === 'inbound-for-bridge') this.#spendFirstFrame();
  }

  /**
   * libpcap's word 'inbound' loses the first frame, which libpcap filters itself, without the kernel's help: so it is
   * used only where it must.
   */
  get #filter(): string {
    if (this.#direction === 'both') return '';
    return this.#direction === 'inbound' ? `not ether src ${formatMac(this.mac)}` : 'inbound';
  }

  /** Has one frame of no use be the first: a loopback test of the interface by itself (Ethernet Configuration Testing). */
  #spendFirstFrame(): void {
    const frame = new Uint8Array(ETHERNET_HEADER_LENGTH + ETHERNET_PAYLOAD_LENGTH_MIN);
    prependEthernet(frame, ETHERNET_HEADER_LENGTH, this.mac, 0, this.mac, 0, LOOPBACK_TYPE);
    this.#handle?.send(frame, frame.length);
  }

  send(frame: Frame): void {
    try {
      if (!this.#handle) throw new Error('the interface is down');
      this.#handle.send(frame.bytes.subarray(frame.start, frame.end), frame.end - frame.start);
      this.#sent++;
    } catch {
      this.#refused++;
    }
  }

  statistics(): PortStatistics {
    const arrived = readCount(this.#interfaceName, 'rx_packets') - this.#arrivedBefore;
    return {
      received: this.#received,
      sent: this.#sent,
      missed: this.#direction !== 'both' ? Math.max(0, arrived - this.#received) : 0,
      oversized: this.#oversized,
      refused: this.#refused,
    };
  }

  close(): void {
    if (!this.#handle) return;
    this.#handle.close();
    closedHandles.push(this.#handle);
    this.#handle = undefined;
  }
}

function readMac(interfaceName: string): Uint8Array {
  try {
    const mac = parseMac(readFileSync(`/sys/class/net/${interfaceName}/address`, 'utf8').trim());
    if (mac) return mac;
  } catch {
    // Told below: an interface without an Ethernet address serves as little as none.
  }
  throw new LabError(`there is no Ethernet interface '${interfaceName}' here`, 3);
}

/** Whether it is meant to work (IFF_UP), plugged in or not. */
function isUp(interfaceName: string): boolean {
  return (Number(readFileSync(`/sys/class/net/${interfaceName}/flags`, 'utf8')) & 1) !== 0;
}

/** The kernel has no answer for an interface that is down, or gone. */
function hasCarrier(interfaceName: string): boolean {
  try {
    return readFileSync(`/sys/class/net/${interfaceName}/carrier`, 'utf8').trim() === '1';
  } catch {
    return false;
  }
}

function readCount(interfaceName: string, counter: string): number {
  return Number(readFileSync(`/sys/class/net/${interfaceName}/statistics/${counter}`, 'utf8'));
}
