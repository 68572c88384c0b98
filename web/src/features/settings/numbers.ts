/** whole reads a number that a user has typed into an input; an empty one is `empty`, and what is no whole number is NaN. */
export function whole(text: string, empty = 0): number {
  const digits = text.trim();
  if (digits === '') return empty;
  return /^[0-9]{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
}

/** checkWhole is the rule of an input that takes a whole number between two others, or nothing. */
export function checkWhole(least: number, most: number, required = false): (text: string) => true | string {
  return (text) => {
    if (text.trim() === '') return required ? `Give a whole number between ${least} and ${most}.` : true;
    const number = whole(text);
    return (number >= least && number <= most) || `This takes a whole number between ${least} and ${most}.`;
  };
}
