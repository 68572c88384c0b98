import { $api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { useToast } from '@/components/toast';

/** useSignOut returns a function that ends the session and leads to the page where one signs in. Where it could not be ended a message says so. */
export function useSignOut(): () => void {
  const toast = useToast();
  const leave = () => window.location.assign('/sign-in');
  // They stand here and not at mutate(): the palette, and with it its hook, is gone before the answer comes.
  const end = $api.useMutation('delete', '/v1/session', {
    onSuccess: leave,
    onError: (error) => {
      const { status, message } = asProblem(error);
      // The session has ended already.
      if (status === 401) leave();
      else toast('You are still signed in', message);
    },
  });

  return () => end.mutate({});
}
