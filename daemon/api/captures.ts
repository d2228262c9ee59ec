import { mediaRoute, route } from './route.ts';
import { list, nothing, object, text, whole } from './schema.ts';

interface CaptureRow {
  readonly capture: number;
  readonly ports: readonly string[];
  readonly received: number;
  readonly dropped: number;
}

const capture = object<CaptureRow>('Capture', 'A live capture.', {
  capture: whole('its number'),
  ports: list(text('name of a port'), 'the ports that it is of'),
  received: whole('packets that came to these ports, and left by them, since it began'),
  dropped: whole('packets of those that are not in it, because its reader is too slow'),
});

const id = whole('number of a capture');

/** The number of a capture is told in this header. */
export const CAPTURE_HEADER = 'svrlab-capture';

export const captureRoutes = {
  captures: route({
    method: 'GET',
    path: '/captures',
    summary: 'the live captures',
    answer: list(capture),
    run: ({ captures }) =>
      captures.all.map(({ id, capture: { ports, received, dropped } }) => ({ capture: id, ports, received, dropped })),
  }),
  captureStream: mediaRoute({
    method: 'GET',
    path: '/captures/stream',
    summary: 'begins a live capture: packets as pcapng, as they come, until the reader goes away',
    description: `The header ${CAPTURE_HEADER} tells its number. Statistics of every port come ten times a second.`,
    query: { port: list(text('name of a port'), 'which ports; all of them without') },
    media: ['application/x-pcapng'],
    run: ({ node, captures }, { query }) => {
      const { id, capture } = captures.start(node, query.port);
      const headers = { [CAPTURE_HEADER]: String(id) };
      return { type: 'application/x-pcapng', content: capture.stream, headers };
    },
  }),
  stopCapture: route({
    method: 'DELETE',
    path: '/captures/{capture}',
    summary: 'ends a live capture in good order: its reader gets what waits, and the totals',
    parameters: { capture: id },
    answer: nothing,
    run: ({ captures }, { path }) => {
      captures.stop(path.capture);
      return {};
    },
  }),
};
