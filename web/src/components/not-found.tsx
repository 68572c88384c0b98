import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { buttonClass } from './button';
import { Empty } from './empty';

/** NotFound stands at an address where no page is. */
export function NotFound({
  children = 'Nothing is at this address. It may have been deleted, or the address may have a typing error.',
}: {
  children?: string;
}) {
  return (
    <Empty
      icon={SearchX}
      title="Not found"
      actions={
        <Link to="/" className={buttonClass()}>
          Your projects
        </Link>
      }
    >
      <p>{children}</p>
    </Empty>
  );
}
