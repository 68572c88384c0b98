import { type ComponentProps, useCallback, useId, useState } from 'react';
import { Button } from './button';
import { ReasonBubble } from './reason-bubble';

type Props = ComponentProps<typeof Button> & {
  /** reason says why the button does nothing now; undefined where it works. */
  reason: string | undefined;
};

/** GuardedButton is a button that says why it cannot be pressed: it stays reachable by keyboard, and shows the reason on hover and focus. */
export function GuardedButton({ reason, onClick, children, ...rest }: Props) {
  const id = useId();
  const [shownBeside, setShownBeside] = useState<HTMLElement>();
  const hide = useCallback(() => setShownBeside(undefined), []);

  if (!reason) {
    return (
      <Button onClick={onClick} {...rest}>
        {children}
      </Button>
    );
  }

  return (
    <>
      <Button
        {...rest}
        type="button"
        aria-disabled
        aria-describedby={id}
        onMouseEnter={(event) => setShownBeside(event.currentTarget)}
        onMouseLeave={hide}
        onFocus={(event) => setShownBeside(event.currentTarget)}
        onBlur={hide}
      >
        {children}
        {shownBeside && <ReasonBubble beside={shownBeside} text={reason} onClose={hide} />}
      </Button>
      <span id={id} className="sr-only">
        {reason}
      </span>
    </>
  );
}
