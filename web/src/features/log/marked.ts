import type { Span } from './ansi';

/** MarkedSpan is a span of which all or nothing is what was searched for. */
export type MarkedSpan = Span & { marked: boolean };

/** markSpans splits spans at the marks, which are places in the text of all spans together. */
export function markSpans(spans: Span[], marks: [number, number][]): MarkedSpan[] {
  const out: MarkedSpan[] = [];
  let offset = 0;
  let next = 0;

  for (const { text, className } of spans) {
    let from = 0;
    while (from < text.length) {
      while (next < marks.length && (marks[next]?.[1] ?? 0) <= offset + from) next++;
      const mark = marks[next];
      const marked = mark !== undefined && mark[0] <= offset + from;
      const end = mark ? (marked ? mark[1] : mark[0]) - offset : text.length;
      const to = Math.min(end, text.length);
      out.push({ text: text.slice(from, to), className, marked });
      from = to;
    }
    offset += text.length;
  }

  return out;
}
