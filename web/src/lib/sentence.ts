/** sentence begins with a capital and ends with a full stop, as what is wrong with an input does not always. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
