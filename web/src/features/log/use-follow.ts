import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

const nearTheEnd = 24;

type Follow = {
  /** following keeps the newest line in sight. */
  following: boolean;
  /** unseen is how many lines came since somebody scrolled up. */
  unseen: number;
  resume: () => void;
  stop: () => void;
};

/** useFollow scrolls to the end as a log grows, until somebody scrolls up, and again once they are back at the end. `height` is that of what is scrolled. */
export function useFollow(scroller: RefObject<HTMLElement | null>, grows: boolean, begin: boolean, total: number, height: number): Follow {
  const [following, setFollowing] = useState(begin);
  const [seen, setSeen] = useState(total);
  const last = useRef({ top: 0, height: 0 });
  // Before the first line there is nothing to be scrolled.
  const isShown = height > 0;

  useEffect(() => {
    const element = scroller.current;
    if (!element || !grows || !isShown) return;

    const scroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const isAtEnd = scrollHeight - scrollTop - clientHeight < nearTheEnd;
      // What folds moves up as well, without anybody having scrolled.
      const hasShrunk = scrollHeight < last.current.height;
      if (scrollTop < last.current.top - 1 && !hasShrunk) setFollowing(false);
      else if (isAtEnd && scrollTop > last.current.top) setFollowing(true);
      last.current = { top: scrollTop, height: scrollHeight };
    };
    // A browser scrolls smoothly: without this the next line would end it before it has got anywhere.
    const stop = () => element.scrollTop > 0 && setFollowing(false);
    const wheel = (event: WheelEvent) => event.deltaY < 0 && stop();
    const press = (event: KeyboardEvent) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && stop();

    element.addEventListener('scroll', scroll, { passive: true });
    element.addEventListener('wheel', wheel, { passive: true });
    element.addEventListener('keydown', press);
    return () => {
      element.removeEventListener('scroll', scroll);
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('keydown', press);
    };
  }, [scroller, grows, isShown]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what has grown is scrolled to its end.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (grows && following && element) element.scrollTop = element.scrollHeight;
  }, [scroller, grows, following, height]);

  useEffect(() => {
    // What was there when the log was opened is not new.
    if (following || seen === 0) setSeen(total);
  }, [following, seen, total]);

  return {
    following: grows && following,
    unseen: Math.max(0, total - seen),
    resume: () => setFollowing(true),
    stop: () => setFollowing(false),
  };
}
