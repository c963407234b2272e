/** Draws at most once a frame of the screen, however much has changed. */

/** The longest wait in a tab that nobody sees: its screen has no frames. */
const UNSEEN_MS = 1000;

/**
 * @param {() => void} draw
 * @returns {() => void} asks for it to be called: soon, and once however often this was asked for
 */
export function batched(draw) {
  let frame = 0;
  let timer = 0;
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = 0;
    draw();
  };
  return () => {
    if (timer !== 0) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, UNSEEN_MS);
  };
}
