// The loop of a client under test in JavaScript: PROGRAM URL COUNT AGENT, then what the client itself wants.

const AT_A_TIME = Number(globalThis.process.env.AT_A_TIME ?? 16);
/** A client that does not notice the end of its connection must not hold up the others. */
const PATIENCE_MS = 180_000;

/**
 * Connects once for each case.
 *
 * @param {(url: string) => Promise<unknown>} connect - echoes, and resolves when the connection is gone
 */
export async function runCases(connect) {
  const [base, count, agent] = process.argv.slice(2);
  let next = 1;
  const work = async () => {
    while (next <= Number(count)) {
      const url = `${base}/runCase?case=${next++}&agent=${encodeURIComponent(agent)}`;
      let timer;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS);
      });
      await Promise.race([connect(url), patience]).catch(() => {});
      clearTimeout(timer);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  process.exit(0);
}
