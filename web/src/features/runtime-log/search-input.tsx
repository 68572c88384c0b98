import { Search } from 'lucide-react';
import { Input } from '@/components/field';
import { useTyped } from '@/lib/use-typed';

type Props = { value: string; onChange: (value: string) => void; invalid: boolean };

/** SearchInput searches a moment after somebody typed. Escape empties it. */
export function SearchInput({ value, onChange, invalid }: Props) {
  const [text, setText] = useTyped(value, onChange);

  return (
    <div className="relative min-w-0 flex-1 basis-56">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-quiet" />
      <Input
        data-search
        type="search"
        aria-label="Search lines and paths"
        placeholder="Search lines and paths"
        title={'words, "a phrase", -without, /regular expression/'}
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText('');
        }}
        aria-invalid={invalid || undefined}
        className="pl-8"
      />
    </div>
  );
}
