import Anser from 'anser';

/** Span is a piece of a line that looks the same from its beginning to its end. */
export type Span = { text: string; className: string };

const inks: Record<string, string> = {
  black: 'text-quiet',
  red: 'text-bad',
  green: 'text-good',
  yellow: 'text-warn',
  blue: 'text-busy',
  magenta: 'text-magenta',
  cyan: 'text-cyan',
  white: 'text-text',
};

const grounds: Record<string, string> = {
  black: 'bg-pressed',
  red: 'bg-bad-page',
  green: 'bg-good-page',
  yellow: 'bg-warn-page',
  blue: 'bg-busy-page',
  magenta: 'bg-accent-page',
  cyan: 'bg-busy-page',
  white: 'bg-pressed',
};

const decorations: Record<string, string> = {
  bold: 'font-semibold',
  italic: 'italic',
  underline: 'underline',
  strikethrough: 'line-through',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys.
const otherSequences = /\x1b(?:\[[0-9;?]*[A-LN-Za-ln-z@]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][0-9A-B]|[=>78cDEHMNOZ])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rest of the characters that nobody can see.
const controls = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours the text behind it.
const colours = /\x1b\[[0-9;]*m/g;

/** spansOf splits a line at its colours. Colours become those of the theme, which can be read on its background; whatever else a terminal would obey is left out. */
export function spansOf(line: string): Span[] {
  const text = visible(line);
  if (!text.includes('\x1b')) return [{ text, className: '' }];

  return Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true }).map((part) => ({
    text: part.content.replaceAll('\x1b', ''),
    className: classOf(part),
  }));
}

/** plainOf is a line as one reads it, without its colours. */
export function plainOf(line: string): string {
  return visible(line).replace(colours, '').replaceAll('\x1b', '');
}

function visible(line: string): string {
  return line.replace(otherSequences, '').replace(controls, '');
}

function classOf(part: ReturnType<typeof Anser.ansiToJson>[number]): string {
  const ground = part.bg ? grounds[colourOf(part.bg, part.bg_truecolor)] : undefined;
  const isDim = part.decorations.includes('dim');
  // On a coloured background only the strongest ink is sure to be readable.
  const ink = ground ? 'text-text' : part.fg ? inks[colourOf(part.fg, part.fg_truecolor)] : isDim ? 'text-quiet' : undefined;

  return [ink, ground, ...part.decorations.map((each) => decorations[each])].filter(Boolean).join(' ');
}

/** colourOf names the nearest of the eight colours. */
function colourOf(name: string, trueColour: string | null): string {
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  if (palette) return nearest(paletteColour(Number(palette[1])));
  if (name === 'ansi-truecolor') return nearest((trueColour ?? '').split(',').map(Number));

  return name.replace(/^ansi-(bright-)?/, '');
}

/** paletteColour gives red, green and blue of the colours 16 to 255 of xterm: a cube of six steps, then greys. */
function paletteColour(index: number): number[] {
  if (index >= 232) return Array(3).fill(8 + 10 * (index - 232));

  const step = (value: number) => (value === 0 ? 0 : 55 + 40 * value);
  const cube = index - 16;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)];
}

const hues = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'];
const greyBelow = 40;

function nearest([red = 0, green = 0, blue = 0]: number[]): string {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread < greyBelow) return most < 128 ? 'black' : 'white';

  let hue = (red - green) / spread + 4;
  if (most === red) hue = ((green - blue) / spread + 6) % 6;
  else if (most === green) hue = (blue - red) / spread + 2;

  return hues[Math.round(hue) % 6] ?? 'white';
}
