const key = 'zeitwork.single-keys';

/** singleKeysWork tells whether keys without Control or Command do something. Speech input may press them by mistake: they can be turned off. */
export function singleKeysWork(): boolean {
  try {
    return localStorage.getItem(key) !== 'off';
  } catch {
    return true;
  }
}

export function letSingleKeysWork(work: boolean): void {
  try {
    if (work) localStorage.removeItem(key);
    else localStorage.setItem(key, 'off');
  } catch {
    // A browser that keeps nothing keeps them on.
  }
}
