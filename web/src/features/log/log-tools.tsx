import { Clock, Copy, Download, FoldVertical, UnfoldVertical, WrapText } from 'lucide-react';
import type { ReactNode } from 'react';
import { asProblem } from '@/api/problem';
import { Button, buttonClass } from '@/components/button';
import { useToast } from '@/components/toast';
import { Tooltip } from '@/components/tooltip';
import { plural } from '@/lib/units';
import { readText } from './read-text';
import type { LineRange, LogSource } from './source';

type Props = {
  source: LogSource;
  total: number;
  selected?: LineRange | undefined;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  times: boolean;
  onTimes: (times: boolean) => void;
  /** onFold is absent where the log has no groups. */
  onFold?: ((open: boolean) => void) | undefined;
  /** download is where the log is as a file; without it the file is made here. */
  download?: string | undefined;
  fileName: string;
};

/** LogTools are the buttons beside a log. */
export function LogTools({ source, total, selected, wrap, onWrap, times, onTimes, onFold, download, fileName }: Props) {
  const toast = useToast();
  const range = selected ?? { first: 1, last: total };

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await readText(source, range));
      toast(
        'Copied',
        selected ? plural(Math.min(range.last, total) - range.first + 1, 'line') : `The whole log, ${plural(total, 'line')}.`,
      );
    } catch (error) {
      toast('Not copied', asProblem(error).message);
    }
  };

  const save = async () => {
    try {
      const url = URL.createObjectURL(new Blob([await readText(source, { first: 1, last: total })], { type: 'text/plain' }));
      Object.assign(document.createElement('a'), { href: url, download: fileName }).click();
      URL.revokeObjectURL(url);
    } catch (error) {
      toast('Not downloaded', asProblem(error).message);
    }
  };

  return (
    <div className="flex items-center gap-1">
      {onFold && (
        <>
          <Tool name="Unfold all" onClick={() => onFold(true)} icon={<UnfoldVertical aria-hidden />} />
          <Tool name="Fold all" onClick={() => onFold(false)} icon={<FoldVertical aria-hidden />} />
        </>
      )}
      <Tool name="Wrap lines" pressed={wrap} onClick={() => onWrap(!wrap)} icon={<WrapText aria-hidden />} />
      <Tool name="Times" pressed={times} onClick={() => onTimes(!times)} icon={<Clock aria-hidden />} />
      <Tool name={selected ? 'Copy the chosen lines' : 'Copy the log'} onClick={copy} icon={<Copy aria-hidden />} disabled={total === 0} />
      {download ? (
        <Tooltip text="Download the log">
          <a href={download} download={fileName} aria-label="Download the log" className={buttonClass('quiet', 'medium', true)}>
            <Download aria-hidden />
          </a>
        </Tooltip>
      ) : (
        <Tool name="Download the log" onClick={save} icon={<Download aria-hidden />} disabled={total === 0} />
      )}
    </div>
  );
}

type ToolProps = { name: string; icon: ReactNode; onClick: () => void; pressed?: boolean; disabled?: boolean };

function Tool({ name, icon, onClick, pressed, disabled }: ToolProps) {
  return (
    <Tooltip text={name}>
      <Button
        look="quiet"
        square
        aria-label={name}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
        className="aria-pressed:bg-accent-page aria-pressed:text-accent"
      >
        {icon}
      </Button>
    </Tooltip>
  );
}
