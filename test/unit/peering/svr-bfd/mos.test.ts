import { equal, ok } from 'node:assert/strict';
import { meanOpinionScore } from '../../../../lib/peering/svr-bfd/mos.ts';

const score = (latencyMs: number, jitterMs: number, loss: number): string =>
  meanOpinionScore(latencyMs, jitterMs, loss).toFixed(2);

describe('the mean opinion score (E-model, reduced by Cole and Rosenbluth)', () => {
  it('is what the formula gives', () => {
    // R = 94.2 - 0.024 * 20 = 93.72; MOS = 1 + 3.2802 + 0.000007 * 93.72 * 33.72 * 6.28
    equal(score(20, 0, 0), '4.42');
    // d = 200: Id = 4.8 + 0.11 * 22.7 = 7.297; R = 86.903; MOS = 1 + 3.0416 + 0.2143
    equal(score(200, 0, 0), '4.26');
    // Ie = 30 ln(1.75) = 16.789; Id = 1.2; R = 76.212; MOS = 1 + 2.6674 + 0.2057
    equal(score(50, 0, 0.05), '3.87');
    equal(score(20, 15, 0), score(50, 0, 0));
  });

  it('falls with latency, jitter and loss, and stays between 1 and 4.5', () => {
    const worse = [score(10, 0, 0), score(100, 0, 0), score(100, 20, 0), score(100, 20, 0.1), score(900, 20, 0.9)];
    ok(
      worse.every((value, i) => i === 0 || Number(value) < Number(worse[i - 1])),
      worse.join(' '),
    );
    equal(score(5_000, 500, 1), '1.00');
    ok(Number(score(0, 0, 0)) <= 4.5);
  });
});
