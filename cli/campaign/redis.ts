import type { RedisPlace } from '../../daemon/stores/redis-place.ts';
import { readRedisPlace } from '../../daemon/stores/redis-place.ts';

/** The place that a person names. The password comes by the environment, where others on the machine do not see it. */
export function redisPlace(text: string): RedisPlace {
  const password = process.env.SVRLAB_REDIS_PASSWORD;
  return readRedisPlace(text, password === undefined ? {} : { password });
}
