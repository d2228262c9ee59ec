import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Report } from '../lib/report/report.ts';
import { Page } from './page.tsx';
import { storeFor, type PacketStore } from './packet-store.ts';
import { unpacked } from './unpack.ts';

/** The page about a run that is over. Its packets are unpacked when the page is there to be looked at. */
export function RunPage({ report, capture }: { report: Report; capture: string }): VNode {
  const [packets, setPackets] = useState<PacketStore | undefined>(undefined);
  useEffect(() => {
    if (capture === '') return;
    const load = async (): Promise<void> => {
      const store = storeFor(report);
      await store.add(await unpacked(capture));
      setPackets(store);
    };
    // Two frames later the browser has drawn the page.
    requestAnimationFrame(() => requestAnimationFrame(() => void load()));
  }, []);
  return <Page report={report} packets={packets} hasCapture={capture !== ''} />;
}
