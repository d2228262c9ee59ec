import { createRequire } from 'node:module';
import type { EventEmitter } from 'node:events';
import { LabError } from '../../lib/lab/fabric.ts';

/** The part of the npm package `cap` that ports use; it comes without types. */
export interface CapModule {
  readonly Cap: new () => CapHandle;
}

/** Emits 'packet' with the number of bytes that lie in the buffer, and whether they were cut to fit it. */
export interface CapHandle extends EventEmitter {
  open(device: string, filter: string, bufferSize: number, buffer: Uint8Array): string;
  send(bytes: Uint8Array, length: number): void;
  close(): boolean;
}

/** The part of the npm package `raw-socket` that traffic agents use; it comes without types. */
export interface RawSocketModule {
  readonly AddressFamily: { readonly IPv4: number; readonly IPv6: number };
  readonly SocketLevel: { readonly IPPROTO_IP: number; readonly IPPROTO_IPV6: number };
  readonly SocketOption: { readonly IP_HDRINCL: number; readonly IPV6_HDRINCL: number };
  createSocket(options: { protocol: number; addressFamily: number; bufferSize?: number }): RawSocket;
}

/** Emits 'message' with a packet and the address it came from; for IPv4 the packet begins with its IP header. */
export interface RawSocket extends EventEmitter {
  send(buffer: Buffer, offset: number, length: number, address: string, done: (error: Error | null) => void): this;
  setOption(level: number, option: number, value: number): void;
  close(): this;
}

interface NativeModules {
  cap: CapModule;
  'raw-socket': RawSocketModule;
}

const require = createRequire(import.meta.url);

/** Loads an optional native module; a LabError says how to get it. A process can load each in one thread only. */
export function loadNative<Name extends keyof NativeModules>(name: Name): NativeModules[Name] {
  try {
    return require(name) as NativeModules[Name];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new LabError(
      `the native module '${name}' cannot be loaded (${reason}); this mends it: ` +
        'apt-get install --yes g++ make python3 libpcap-dev && npm rebuild cap raw-socket',
      3,
    );
  }
}
