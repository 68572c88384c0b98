import type { Asked } from './asked';

/** Ways is what commands do: they lead to a page, or open a dialog that says what is going to be done. */
export type Ways = {
  /** go leads to a page of the dashboard, and to the part of it that is named. */
  go: (to: string, part?: string) => () => void;
  /** add leads to a page of machines, with the form open that adds one. */
  add: (to: '/platform/nodes' | '/platform/edges') => () => void;
  /** leave leads to a page that the server draws. */
  leave: (href: string) => () => void;
  /** open opens an address beside the dashboard. */
  open: (url: string) => () => void;
  ask: (asked: Asked) => () => void;
  copy: (text: string, what: string) => () => void;
  signOut: () => void;
};
