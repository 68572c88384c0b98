const usual = [0, 5, 15, 30, 60, 240, 720];

/** sleepOptions are times without a request to choose from, in minutes; the one that is set is among them. */
export function sleepOptions(set: number): { value: string; name: string }[] {
  return [...new Set([...usual, set])].sort((a, b) => a - b).map((minutes) => ({ value: String(minutes), name: nameOf(minutes) }));
}

function nameOf(minutes: number): string {
  if (minutes === 0) {
    return 'Never';
  }

  if (minutes % 60 === 0) {
    return minutes === 60 ? 'After 1 hour' : `After ${minutes / 60} hours`;
  }

  return minutes === 1 ? 'After 1 minute' : `After ${minutes} minutes`;
}
