import { useQuery } from '@tanstack/react-query';
import { BookOpen, Braces, ChevronsUpDown, ListTodo, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { sessionQuery } from '@/api/queries/session';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Menu, MenuHeading, MenuItem, MenuLink, MenuSeparator } from '@/components/menu';
import { useSignOut } from '@/features/session/use-sign-out';
import { chooseTheme, themes, useTheme } from '@/lib/theme';

const themeIcons = { system: Monitor, light: Sun, dark: Moon };

/** UserMenu says who is signed in; it leads to the account, the documentation and out. */
export function UserMenu() {
  const { data: session } = useQuery(sessionQuery());
  const theme = useTheme();
  const signOut = useSignOut();
  const user = session?.user;
  const name = user?.github_login || user?.name || user?.email || '…';

  return (
    <Menu
      align="start"
      trigger={
        <Button look="quiet" className="w-full justify-start px-2 text-text">
          <Avatar name={name} />
          <span className="min-w-0 flex-1 truncate text-left">
            <bdi>{name}</bdi>
          </span>
          <ChevronsUpDown aria-hidden className="text-quiet" />
        </Button>
      }
    >
      <MenuHeading>{user?.email}</MenuHeading>
      <MenuLink icon={UserRound} href="/account">
        Account and sessions
      </MenuLink>
      <MenuLink icon={BookOpen} href="/docs/">
        The documentation
      </MenuLink>
      <MenuLink icon={Braces} href="/v1/docs/">
        The API
      </MenuLink>
      {user?.operator && (
        <MenuLink icon={ListTodo} href="/river/">
          River UI
        </MenuLink>
      )}
      <MenuSeparator />
      <MenuHeading>Theme</MenuHeading>
      {themes.map(({ value, name: word }) => (
        <MenuItem key={value} icon={themeIcons[value]} onSelect={() => chooseTheme(value)}>
          {word}
          {theme === value && <span className="text-quiet"> (chosen)</span>}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={LogOut} onSelect={() => signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
