import { cn } from '@/lib/cn';
import { spansOf } from './ansi';
import { markSpans } from './marked';
import { marksOf, type QueryPart } from './query';

type Props = {
  text: string;
  /** found is what to mark in it. */
  found?: QueryPart[] | undefined;
  className?: string;
};

/** LogText is what a line of a log holds, in its colours. It is shown as text, whatever it is, and its direction stays inside. */
export function LogText({ text, found, className }: Props) {
  const spans = spansOf(text);
  const marks = found ? marksOf(found, spans.map((span) => span.text).join('')) : [];

  return (
    <code dir="ltr" className={cn('isolate-text font-mono', className)}>
      {markSpans(spans, marks).map(({ text: piece, className: look, marked }, index) =>
        marked ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other name.
          <mark key={index} className="rounded-xs bg-mark text-text">
            {piece}
          </mark>
        ) : look ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other name.
          <span key={index} className={look}>
            {piece}
          </span>
        ) : (
          piece
        ),
      )}
    </code>
  );
}
