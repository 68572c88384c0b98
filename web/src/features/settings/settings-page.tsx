import type { ReactNode } from 'react';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';

type Props = {
  title: string;
  text?: ReactNode;
  /** reason says why the user may change nothing on the page; undefined where the user may. */
  reason?: string | undefined;
  actions?: ReactNode;
  children: ReactNode;
};

/** SettingsPage is a page of settings. Whoever may only look at it is told so first. */
export function SettingsPage({ title, text, reason, actions, children }: Props) {
  return (
    <Page title={title} text={text} actions={actions}>
      {reason && <Notice title="You can look, and change nothing here">{reason}</Notice>}
      {children}
    </Page>
  );
}
