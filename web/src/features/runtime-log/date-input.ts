/** toInput writes a time as an input of the type datetime-local has it: in the user's zone, to the second. */
export function toInput(at: string | undefined): string {
  const time = at ? new Date(at) : undefined;
  if (!time || Number.isNaN(time.getTime())) return '';

  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** fromInput reads what toInput writes; undefined for an empty input. */
export function fromInput(value: string): string | undefined {
  const time = value ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
