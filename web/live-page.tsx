import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Report } from '../lib/report/report.ts';
import { Controls } from './controls.tsx';
import { Page } from './page.tsx';
import { storeFor, type PacketStore } from './packet-store.ts';
import { fromBase64 } from './unpack.ts';

/** The page about a lab that is up: its server tells what is new, and the page draws it anew. */
export function LivePage({ first }: { first: Report }): VNode {
  const [report, setReport] = useState(first);
  const [isConnected, setConnected] = useState(true);
  const packets = useRef<PacketStore>(storeFor(first));
  useEffect(() => {
    const stream = new EventSource('stream');
    // Packets are taken in one batch after the other, and a report comes behind those that it is about.
    let work = Promise.resolve();
    const then = (step: () => Promise<void> | void): void => void (work = work.then(step));
    stream.onopen = () => {
      // Whoever comes again is sent everything again.
      packets.current = storeFor(first);
      setConnected(true);
    };
    stream.onerror = () => setConnected(false);
    stream.addEventListener('packets', ({ data }: MessageEvent<string>) =>
      then(() => packets.current.add(fromBase64(data))),
    );
    stream.addEventListener('report', ({ data }: MessageEvent<string>) =>
      then(() => setReport(JSON.parse(data) as Report)),
    );
    return () => stream.close();
  }, []);
  return (
    <Page
      report={report}
      packets={packets.current}
      hasCapture
      controls={<Controls report={report} isConnected={isConnected} />}
    />
  );
}
