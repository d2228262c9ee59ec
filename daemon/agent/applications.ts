import { applicationsFor, type HostApplication } from '../../lib/host/applications/applications.ts';
import { Scanner } from '../../lib/host/applications/scan.ts';
import type { HttpDownloadTraffic, Traffic } from '../../lib/host/applications/traffic.ts';
import type { Sockets } from '../../lib/host/sockets.ts';
import { CurlDownload, DownloadServer } from './download.ts';
import { RawUdpSocket } from './raw-udp-socket.ts';
import { RealSockets } from './sockets.ts';

/** Scans are made by hand; all else of a scanner is as for every application. */
class ScanSockets extends RealSockets {
  override udp(...[family, port, onMessage]: Parameters<Sockets['udp']>): RawUdpSocket {
    return new RawUdpSocket(family, super.udp(family, port, onMessage));
  }
}

/**
 * What the real host called `host` runs: the simulator's applications, but real programs for HTTP. `afterwards` is
 * called whenever one of them has been told something.
 */
export function realApplicationsFor(
  host: string,
  traffic: readonly Traffic[],
  afterwards: () => void,
): HostApplication[] {
  const isDownload = (entry: Traffic): entry is HttpDownloadTraffic => entry.kind === 'http-download';
  const ordinary = traffic.filter((entry) => !isDownload(entry) && entry.kind !== 'scan');
  const applications = applicationsFor(host, ordinary, new RealSockets(afterwards));
  for (const entry of traffic) {
    if (entry.kind === 'scan' && entry.from === host) {
      applications.push({
        traffic: entry.name,
        side: 'from',
        application: new Scanner(entry, new ScanSockets(afterwards)),
      });
    }
  }
  return [...applications, ...downloadsOf(host, traffic.filter(isDownload))];
}

/** Downloads from one port share its server. */
function downloadsOf(host: string, downloads: readonly HttpDownloadTraffic[]): HostApplication[] {
  const served = new Set<number>();
  return downloads.flatMap((entry): HostApplication[] => {
    if (entry.from === host) return [{ traffic: entry.name, side: 'from', application: new CurlDownload(entry) }];
    if (entry.to !== host || served.has(entry.port)) return [];
    served.add(entry.port);
    return [{ traffic: entry.name, side: 'to', application: new DownloadServer(entry) }];
  });
}
