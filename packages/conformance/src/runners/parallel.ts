/** Many at a time, in an order of one's own, with results in the order of the items. */

/**
 * Runs tasks, so many at a time.
 *
 * @param items - the work, in the order of the results
 * @param limit - how many at a time
 * @param weigh - the heaviest are begun first, so that the last to finish is not the longest
 * @param run - does one
 * @returns all results
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  weigh: (item: T) => number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const order = items.map((_, nth) => nth).sort((a, b) => weigh(items[b]!) - weigh(items[a]!));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < order.length) {
      const nth = order[next++]!;
      results[nth] = await run(items[nth]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
