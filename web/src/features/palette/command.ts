import type { LucideIcon } from 'lucide-react';

/** Command is a page that one can go to, or something that one can do. */
export type Command = {
  /** id stays the same from one time to the next: what was chosen lately is known by it. */
  id: string;
  name: string;
  icon: LucideIcon;
  /** hint says more of it, beside the name. */
  hint?: string | undefined;
  /** words find the command, too, and are not shown. */
  words?: string | undefined;
  /** searchedOnly keeps a command out of the list until something is typed: there are many of its kind. */
  searchedOnly?: boolean;
  /** onlyAsked keeps a command out of the recent ones: Enter alone must not do it. */
  onlyAsked?: boolean;
  /** to is the page that a command leads to and does nothing else. */
  to?: string;
  run: () => void;
};

/** Group is commands under a heading. One that is late stays behind the others: what arrives in it moves nothing that somebody is about to choose. */
export type Group = { value: string; items: Command[]; late?: boolean };
