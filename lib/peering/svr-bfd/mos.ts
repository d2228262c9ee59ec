/**
 * Mean opinion score of a voice call over a path, by the reduction of the E-model (ITU-T G.107) that Cole and Rosenbluth
 * give for G.711 with random loss ("Voice over IP performance monitoring", 2001):
 *
 *     R   = 94.2 - Id - Ie
 *     Id  = 0.024 d + 0.11 (d - 177.3) where d is above 177.3
 *     Ie  = 30 ln(1 + 15 e)
 *     MOS = 1 + 0.035 R + 0.000007 R (R - 60) (100 - R)
 *
 * `d` is the delay from mouth to ear in milliseconds: the latency one way, and a buffer of twice the jitter (emulator
 * choice). `e` is the share of packets lost. Which formula SSR uses is not public.
 */
export function meanOpinionScore(latencyMs: number, jitterMs: number, lossShare: number): number {
  const delay = latencyMs + 2 * jitterMs;
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const lossImpairment = 30 * Math.log(1 + 15 * lossShare);
  const rating = Math.min(100, Math.max(0, 94.2 - delayImpairment - lossImpairment));
  return Math.max(1, 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating));
}
