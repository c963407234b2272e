/** The storage of the browser. A reader may have forbidden it, and then nothing is kept. */

/** Whether anything is kept. */
export const kept = read(() => {
  localStorage.getItem('name');
  return true;
}, false);

/** A setting of an earlier visit. */
export function recall(key) {
  return read(() => localStorage.getItem(key), null);
}

/** Keeps a setting for the next visit. */
export function remember(key, value) {
  read(() => localStorage.setItem(key, value));
}

/**
 * The visit that this tab kept while it was loaded anew, and no longer keeps: a copy of a tab is no
 * second holder of its session.
 */
export function takeOver() {
  return read(() => {
    const text = sessionStorage.getItem('visit');
    sessionStorage.removeItem('visit');
    return JSON.parse(text);
  }, null);
}

/** Keeps something for {@link takeOver}, in the moment in which the page goes. */
export function handOver(visit) {
  read(() => sessionStorage.setItem('visit', JSON.stringify(visit)));
}

function read(access, otherwise) {
  try {
    return access();
  } catch {
    return otherwise;
  }
}
