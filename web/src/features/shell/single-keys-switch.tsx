import { useState } from 'react';
import { Switch } from '@/components/switch';
import { letSingleKeysWork, singleKeysWork } from '@/lib/single-keys';

/** SingleKeysSwitch turns keys without Control or Command on or off. It is drawn anew with its dialog, and then as a command of the palette has left them. */
export function SingleKeysSwitch() {
  const [work, setWork] = useState(singleKeysWork);

  return (
    <Switch
      label="Keys without Control or Command"
      hint="Turn them off if you speak to this page."
      checked={work}
      onChange={(next) => {
        letSingleKeysWork(next);
        setWork(next);
      }}
    />
  );
}
