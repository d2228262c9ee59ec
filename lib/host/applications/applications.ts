import type { Sockets } from '../sockets.ts';
import type { Application } from './application.ts';
import { HttpDownloader } from './http-download.ts';
import { HttpDownloadServer, HttpServers } from './http-server.ts';
import { Pinger } from './ping.ts';
import { Scanner } from './scan.ts';
import type { Traffic } from './traffic.ts';
import { UdpSender, UdpSink } from './udp-one-way.ts';
import { UdpPusher, UdpSubscriber } from './udp-push.ts';
import { UdpAnswerer, UdpRequester } from './udp-request.ts';
import { UdpServers } from './udp-server.ts';

/** One application of a host: which traffic entry it belongs to, and which side of it it is. */
export interface HostApplication {
  readonly traffic: string;
  readonly side: 'from' | 'to';
  readonly application: Application;
}

/** Everything that the host called `host` has to run for the traffic of a lab. Names of traffic entries are unique. */
export function applicationsFor(host: string, traffic: readonly Traffic[], sockets: Sockets): HostApplication[] {
  const udpServers = new UdpServers(sockets);
  const httpServers = new HttpServers(sockets);
  const applications: HostApplication[] = [];
  const add = (entry: Traffic, side: 'from' | 'to', application: Application | undefined): void => {
    if (application) applications.push({ traffic: entry.name, side, application });
  };
  for (const entry of traffic) {
    if (entry.to === host) add(entry, 'to', answeringSide(entry, udpServers, httpServers));
    if (entry.from === host) add(entry, 'from', askingSide(entry, sockets));
  }
  return applications;
}

function askingSide(traffic: Traffic, sockets: Sockets): Application {
  switch (traffic.kind) {
    case 'udp-request':
      return new UdpRequester(traffic, sockets);
    case 'udp-push':
      return new UdpSubscriber(traffic, sockets);
    case 'udp-one-way':
      return new UdpSender(traffic, sockets);
    case 'ping':
      return new Pinger(traffic, sockets);
    case 'http-download':
      return new HttpDownloader(traffic, sockets);
    case 'scan':
      return new Scanner(traffic, sockets);
  }
}

/** Undefined where the host itself answers, or nobody shall. */
function answeringSide(traffic: Traffic, udp: UdpServers, http: HttpServers): Application | undefined {
  switch (traffic.kind) {
    case 'udp-request':
      return new UdpAnswerer(traffic, udp);
    case 'udp-push':
      return new UdpPusher(traffic, udp);
    case 'udp-one-way':
      return new UdpSink(traffic, udp);
    case 'http-download':
      return new HttpDownloadServer(traffic, http);
    case 'ping':
    case 'scan':
      return undefined;
  }
}
