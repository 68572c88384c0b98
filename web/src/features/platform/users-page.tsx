import { useQuery } from '@tanstack/react-query';
import { Users } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { usersQuery } from '@/api/queries/platform';
import { sessionQuery } from '@/api/queries/session';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Input } from '@/components/field';
import { Page } from '@/components/page';
import { ListAnswer } from './list-answer';
import { UserList } from './user-list';

/** UsersPage lists everybody who has an account on the platform. */
export function UsersPage() {
  const query = useQuery(usersQuery());
  const { data: session } = useQuery(sessionQuery());
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed.trim().toLowerCase());

  return (
    <Page title="Users" text="Everybody who has an account on this platform, oldest first.">
      <search>
        <Input
          type="search"
          data-search
          aria-label="Search users"
          placeholder="Search names, logins and addresses"
          className="sm:max-w-72"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </search>
      <Card flush>
        <ListAnswer query={query} what="users" empty={<Empty icon={Users} title="No user" />}>
          {(users) => {
            const found = users.filter((user) =>
              [user.name, user.email, user.github_login].some((each) => each?.toLowerCase().includes(text)),
            );
            if (found.length === 0) return <Empty icon={Users} title="Nobody is like this" />;
            return <UserList users={found} me={session?.user.id ?? ''} />;
          }}
        </ListAnswer>
      </Card>
    </Page>
  );
}
