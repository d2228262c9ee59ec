import type { Device, PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import type { Instant } from '../time.ts';
import { commands, commandText, type RecordedKind } from './commands.ts';
import type { TapeWriter } from './tape-writer.ts';

type Method = (...given: unknown[]) => unknown;

/**
 * A device as seen through something that records what is put into it and what is done to it, and hands everything on.
 * `time` tells when a command comes; frames and timers bring their time with them.
 */
export function recordDevice<Recorded extends Device>(
  device: Recorded,
  kind: RecordedKind,
  tape: TapeWriter,
  time: () => number,
): Recorded {
  const inputs: Inputs = {
    receive: (port: PortIndex, frame: Frame, now: Instant) => {
      const bytes = frame.bytes.subarray(frame.start, frame.end);
      tape.write({ kind: 'receive', time: now, port, packet: frame.id, bytes });
      device.receive(port, frame, now);
    },
    poll: (now) => {
      tape.write({ kind: 'poll', time: now });
      device.poll(now);
    },
    nextDeadline: () => device.nextDeadline(),
    setCarrier: (port, hasCarrier, now) => {
      tape.write({ kind: 'carrier', time: now, port, hasCarrier: hasCarrier ? 1 : 0 });
      device.setCarrier?.(port, hasCarrier, now);
    },
  };
  return watched(device, '', { kind, tape, time, inputs });
}

/** Functions of their own: whoever has one may call it without the device. */
type Inputs = {
  readonly [Name in keyof Device]-?: (this: void, ...given: Parameters<NonNullable<Device[Name]>>) => unknown;
};

interface Watch {
  readonly kind: RecordedKind;
  readonly tape: TapeWriter;
  readonly time: () => number;
  readonly inputs: Inputs;
}

/** `path` is where the part stands in the device, with a dot behind it; empty for the device itself. */
function watched<Part extends object>(part: Part, path: string, watch: Watch): Part {
  const { kind, tape, time, inputs } = watch;
  const known: readonly string[] = commands[kind];
  return new Proxy(part, {
    get(target, key) {
      if (path === '' && key in inputs) return inputs[key as keyof Device];
      const value: unknown = Reflect.get(target, key, target);
      const name = `${path}${String(key)}`;
      if (typeof value === 'object' && value !== null && known.some((command) => command.startsWith(`${name}.`)))
        return watched(value, `${name}.`, watch);
      if (typeof value !== 'function') return value;
      const method = (value as Method).bind(target);
      if (!known.includes(name)) return method;
      return (...given: unknown[]): unknown => {
        tape.write({ kind: 'command', time: time(), command: commandText(name, given) });
        return method(...given);
      };
    },
  });
}
