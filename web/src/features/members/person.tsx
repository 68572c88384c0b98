import type { Schemas } from '@/api/client';
import { Avatar } from '@/components/avatar';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';

/** personName is how a user is called in a sentence. */
export function personName(user: Pick<Schemas['Account'], 'name' | 'email' | 'github_login'>): string {
  return user.name.trim() || user.github_login || user.email;
}

/** Person is a user with what others know the user by. */
export function Person({ user, you = false }: { user: Schemas['Account']; you?: boolean }) {
  const name = personName(user);
  const others = [user.github_login && `@${user.github_login}`, user.email].filter((each) => each && each !== name);

  return (
    <div className="flex min-w-0 items-center gap-3">
      <Avatar name={name} />
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          <Text text={name} />
          {you && <Tag>You</Tag>}
        </p>
        <p className="text-quiet text-sm">
          <Text text={others.join(', ')} empty="" />
        </p>
      </div>
    </div>
  );
}
